"""From the API's JSON to what verbs work with: quantities, selectors, containers, owners."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.kubernetes.kinds import owner_of, path_of
from bot.backends.kubernetes.logs import Until
from bot.backends.kubernetes.pods import containers_of, is_ready
from bot.backends.kubernetes.quantities import quantity
from bot.backends.kubernetes.selectors import matches, selector_of
from bot.core.errors import NotFound, UsageError
from bot.core.target import Neighbour, Scope

SCOPE = Scope("c", "kubernetes", "shop")
PENDING: dict[str, Any] = {}


def app(**state: object) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "app", "state": state}]}


def pod(**status: object) -> dict[str, Any]:
    containers = {"containers": [{"name": "app", "image": "web:1"}, {"name": "proxy"}]}
    return {
        "metadata": {"name": "web-1", "uid": "u1", "labels": {"app": "web"}, "namespace": "shop"},
        "spec": {**containers, "initContainers": [{"name": "pre"}]},
        "status": status,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100m", 0.1), ("1", 1.0), ("64Mi", 64 * 2**20), ("972Ki", 972 * 2**10), ("1.5Gi", 1.5 * 2**30), ("2k", 2000.0),
        ("1e3", 1000.0), ("12E", 12e18), ("250n", 2.5e-7), ("0", 0.0), ("", 0.0), ("lots", 0.0), ("5X", 0.0),
    ],
)  # fmt: skip
def test_a_quantity_is_a_number(text: str, value: float):
    assert quantity(text) == pytest.approx(value)


@given(st.integers(0, 10**9), st.sampled_from(["m", "", "Ki", "Mi", "k", "M"]))
def test_more_of_a_unit_is_more(count: int, unit: str):
    assert quantity(f"{count}{unit}") <= quantity(f"{count + 1}{unit}")


LABELS = st.dictionaries(st.sampled_from(["app", "tier", "x"]), st.sampled_from(["a", "b"]), max_size=3)


@given(LABELS, LABELS)
def test_a_selector_of_labels_matches_what_carries_all_of_them(wanted: dict[str, str], labels: dict[str, str]):
    assert matches({"matchLabels": wanted}, labels) == (wanted.items() <= labels.items())


@pytest.mark.parametrize(
    ("operator", "values", "labels", "holds"),
    [
        ("In", ["a"], {"app": "a"}, True),
        ("In", ["a"], {}, False),
        ("NotIn", ["a"], {"app": "b"}, True),
        ("NotIn", ["a"], {}, True),
        ("Exists", [], {"app": "x"}, True),
        ("DoesNotExist", [], {"app": "x"}, False),
    ],
)
def test_an_expression_holds_as_the_api_says(operator: str, values: list[str], labels: dict[str, str], holds: bool):
    expression = {"key": "app", "operator": operator, "values": values}
    assert matches({"matchExpressions": [expression]}, labels) is holds
    said = selector_of({"metadata": {"name": "x"}, "spec": {"selector": {"matchExpressions": [expression]}}})
    assert said == {"In": "app in (a)", "NotIn": "app notin (a)", "Exists": "app", "DoesNotExist": "!app"}[operator]


def test_a_selector_that_is_empty_selects_no_pods_rather_than_all():
    specs: list[dict[str, Any]] = [{}, {"selector": {}}, {"selector": None}]
    for spec in specs:
        with pytest.raises(UsageError, match="selects no pods"):
            selector_of({"metadata": {"name": "x"}, "spec": spec})


def test_the_container_is_the_one_named_else_the_pods_own_choice_else_the_first():
    seen = pod()
    assert [it.container for it in containers_of(seen, SCOPE)] == ["app"]
    assert [it.container for it in containers_of(seen, SCOPE, "pre")] == ["pre"]
    assert [it.container for it in containers_of(seen, SCOPE, "*")] == ["app", "proxy", "pre"]
    seen["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "proxy"}
    (chosen,) = containers_of(seen, SCOPE)
    assert (chosen.container, chosen.others, chosen.id) == ("proxy", (Neighbour("app"),), "u1/proxy")
    with pytest.raises(NotFound, match="Choose one of `app`, `proxy`, `pre`"):
        containers_of(seen, SCOPE, "prox")


@pytest.mark.parametrize(
    ("status", "state", "why"),
    [
        (PENDING, "Pending", ""),
        ({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "message": "no room"}]},
         "Pending", "no room"),
        ({"phase": "Failed", "reason": "Evicted", "message": "low on disk"}, "Evicted", "low on disk"),
        (app(running={}), "running", ""),
        (app(waiting={"reason": "ErrImagePull", "message": "no\nhost"}),
         "ErrImagePull", "no host"),
        (app(terminated={"reason": "Completed", "exitCode": 0}),
         "Completed", "exit status 0"),
    ],
)  # fmt: skip
def test_a_state_is_kubectls_word_and_why(status: dict[str, object], state: str, why: str):
    (container,) = containers_of(pod(**status), SCOPE)
    assert (container.state, container.why) == (state, why)


def test_a_pod_on_its_way_out_is_not_ready():
    seen = pod(conditions=[{"type": "Ready", "status": "True"}])
    assert is_ready(seen)
    seen["metadata"]["deletionTimestamp"] = "2026-11-24T00:00:00Z"
    assert not is_ready(seen)


def test_the_owner_of_a_deployments_pod_is_the_deployment():
    owned = {"ownerReferences": [{"kind": "ReplicaSet", "name": "web-7d9f", "controller": True}]}
    assert owner_of({**owned, "labels": {"pod-template-hash": "7d9f"}}) == "deployment/web"
    assert owner_of(owned) == "replicaset/web-7d9f"
    assert owner_of({"ownerReferences": [{"kind": "Job", "name": "x"}]}) == ""


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_whatever_a_name_holds_it_is_one_part_of_a_path(namespace: str, name: str):
    path = path_of("deployment", namespace, name)
    if namespace != "*":
        assert path.count("/") == len(["", "apis", "apps", "v1", "namespaces", "N", "deployments", "X"]) - 1
    assert not set(path) & set("?#% ") - {"%"}


def test_secrets_have_no_path():
    with pytest.raises(UsageError, match="never reads secrets"):
        path_of("secret", "shop", "x")


def test_lines_after_a_moment_are_cut_off():
    until = Until(datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC), timestamps=False)
    block = b"2026-01-01T00:00:01.500000000Z one\n2026-01-01T00:00:02Z two\n2026-01-01T00:00:02.1Z three\n"
    assert until.push(block) == b"one\ntwo\n"
    assert until.over


def test_a_pod_that_is_held_up_says_by_which_init_container():
    """The kubelet says of each init container after the one that runs that it waits for its turn."""
    waiting = {"state": {"waiting": {"reason": "PodInitializing"}}}
    failed = {"terminated": {"reason": "Error", "exitCode": 3}}
    seen: dict[str, Any] = {
        "metadata": {"name": "web", "uid": "u1"},
        "spec": {"containers": [{"name": "app"}], "initContainers": [{"name": "one"}, {"name": "two"}]},
        "status": {
            "containerStatuses": [{"name": "app", **waiting}],
            "initContainerStatuses": [
                {"name": "one", "state": failed}, {"name": "two", **waiting},
            ],
        },
    }  # fmt: skip
    (app,) = containers_of(seen, SCOPE)
    assert app.condition == "PodInitializing (init container `one`: Error (exit status 3))"
    seen["status"]["initContainerStatuses"][0]["state"] = {"running": {}}
    assert containers_of(seen, SCOPE)[0].condition == "PodInitializing"
    seen["status"]["initContainerStatuses"][0]["state"] = failed
    (app,) = containers_of(seen, SCOPE, sees=lambda it: getattr(it, "container", "") != "one")
    assert "one" not in app.condition
