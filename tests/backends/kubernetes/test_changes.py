"""What a change of a workload is, what it does to pods, and who else decides on it: from the cluster's own JSON."""

from __future__ import annotations

from typing import Any

import pytest

from bot.backends.kubernetes.disruption import autoscaling, disruption
from bot.backends.kubernetes.fieldowners import owners_of
from bot.backends.kubernetes.refusals import by_status
from bot.backends.kubernetes.templates import gained
from bot.backends.kubernetes.wanted import wanted
from bot.core.edits import Edit, differences
from bot.core.errors import NotFound, NotRunning, UsageError
from bot.core.wishes import (
    Paused,
    Restarted,
    WantedImages,
    WantedReplicas,
    WantedResources,
    WantedSidecar,
    WantedVariables,
    WorkloadWish,
)

TOKEN = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "web", "key": "token"}}}
WEB_ENV = [{"name": "LEVEL", "value": "info"}, TOKEN]
WEB: dict[str, Any] = {
    "metadata": {"name": "web", "generation": 4},
    "spec": {
        "replicas": 2,
        "template": {
            "spec": {
                "initContainers": [{"name": "migrate", "image": "migrate:1"}],
                "containers": [
                    {"name": "web", "image": "web:1", "env": WEB_ENV},
                    {"name": "proxy", "image": "proxy:1", "resources": {"limits": {"cpu": "1"}}},
                ],
            }
        },
    },
}


def edited(wish: WorkloadWish) -> dict[str, tuple[Any, Any]]:
    return {str(edit): (edit.old, edit.new) for edit in differences(WEB, wanted(WEB, wish))}


IN = "spec.template.spec"


@pytest.mark.parametrize(
    ("wish", "edits"),
    [
        (WantedReplicas(5), {"spec.replicas": (2, 5)}),
        (WantedReplicas(2), {}),
        (Paused(yes=True), {"spec.paused": (None, True)}),
        (Paused(yes=False), {}),
        (WantedImages({"web": "web:2"}), {f"{IN}.containers.web.image": ("web:1", "web:2")}),
        (WantedImages({"migrate": "m:2"}), {f"{IN}.initContainers.migrate.image": ("migrate:1", "m:2")}),
        (
            WantedImages({"*": "x:1"}),
            {
                f"{IN}.containers.web.image": ("web:1", "x:1"),
                f"{IN}.containers.proxy.image": ("proxy:1", "x:1"),
                f"{IN}.initContainers.migrate.image": ("migrate:1", "x:1"),
            },
        ),
        (WantedVariables({"LEVEL": "debug"}, "web"), {f"{IN}.containers.web.env.LEVEL.value": ("info", "debug")}),
        (WantedVariables({"TOKEN": None}, "web"), {f"{IN}.containers.web.env.TOKEN": (TOKEN, None)}),
        (
            WantedVariables({"TOKEN": "x"}, "web"),
            {
                f"{IN}.containers.web.env.TOKEN.valueFrom": (TOKEN["valueFrom"], None),
                f"{IN}.containers.web.env.TOKEN.value": (None, "x"),
            },
        ),
        (WantedVariables({"LEVEL": None}), {f"{IN}.containers.web.env.LEVEL": (WEB_ENV[0], None)}),
        (
            WantedResources(limits={"memory": "1Gi"}, container="proxy"),
            {f"{IN}.containers.proxy.resources.limits.memory": (None, "1Gi")},
        ),
    ],
)
def test_only_what_was_asked_for_becomes_another(wish: WorkloadWish, edits: dict[str, tuple[Any, Any]]):
    assert edited(wish) == edits


def test_a_restart_asked_for_twice_of_the_same_object_is_one_change():
    assert wanted(WEB, Restarted()) == wanted(WEB, Restarted())
    (annotations,) = edited(Restarted()).values()
    assert annotations == (None, {"annotations": {"cdebug/restarted": "after generation 4"}})


def test_what_isnt_there_is_named_with_what_is():
    with pytest.raises(NotFound, match="no container is called `wep`") as said:
        wanted(WEB, WantedImages({"wep": "web:2"}))
    assert "`web`, `proxy`, `migrate`" in str(said.value)
    with pytest.raises(UsageError, match="no container has a variable"):
        wanted(WEB, WantedVariables({"NOSUCH": None}, "web"))


IMAGE = Edit(("spec", "template", "spec", "containers", "web", "image"), "web:1", "web:2")
FIELDS: dict[str, Any] = {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"web"}': {"f:image": {}}}}}}}


@pytest.mark.parametrize(
    ("manager", "says"),
    [
        ("argocd-controller", "Argo CD: puts it back in seconds"),
        ("kustomize-controller", "Flux: puts it back at its next interval"),
        ("helm", "Helm: puts it back at the next upgrade"),
        ("kubectl-client-side-apply", "`kubectl apply`: puts it back at the next one"),
        ("kubectl-edit", "kubectl-edit"),
    ],
)
def test_who_set_a_field_is_told_with_what_they_will_do(manager: str, says: str):
    managed = [{"manager": manager, "fieldsV1": FIELDS}, {"manager": "else", "fieldsV1": {"f:metadata": {}}}]
    (said,) = owners_of({"metadata": {"managedFields": managed}}, [IMAGE])
    assert said.startswith(says)


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"labels": {"argocd.argoproj.io/instance": "shop"}}, "Argo CD"),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, "Flux"),
        ({"annotations": {"meta.helm.sh/release-name": "shop"}}, "Helm"),
    ],
)
def test_who_keeps_the_whole_object_is_told_though_they_set_another_field(metadata: dict[str, Any], says: str):
    (said,) = owners_of({"metadata": metadata}, [IMAGE])
    assert said.startswith(says)


@pytest.mark.parametrize(
    ("kind", "spec", "says"),
    [
        ("deployment", {"strategy": {"type": "Recreate"}, "replicas": 3}, "all 3 pods end before a new one starts"),
        (
            "deployment",
            {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1}}},
            "the only pod is replaced, up to 25% unavailable, up to 1 extra",
        ),
        ("deployment", {"paused": True}, "its pods wait: it is paused"),
        (
            "statefulset",
            {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
            "all 3 pods are replaced, one after the other, from number 2 up",
        ),
        ("daemonset", {"updateStrategy": {"type": "OnDelete"}}, "no pod is replaced before somebody deletes it"),
    ],
)
def test_what_another_template_does_to_its_pods(kind: str, spec: dict[str, Any], says: str):
    assert disruption(kind, {"spec": spec}, [IMAGE]) == (says,)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (2, 0, "both pods end: nothing is left that serves"),
        (3, 2, "1 of 3 pods ends"),
        (None, 3, "2 more pods"),
    ],
)
def test_what_another_number_does_to_its_pods(old: int | None, new: int, says: str):
    assert disruption("deployment", {"spec": {}}, [Edit(("spec", "replicas"), old, new)]) == (says,)


def test_an_autoscaler_is_told_of_the_workload_that_it_holds_alone():
    scaler = {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 9}}
    assert autoscaling("deployment", "web", 3, [scaler]) == (
        "an autoscaler holds it between 1 and 9 replicas, and will change the number again",
    )
    assert autoscaling("deployment", "web", 0, [scaler])[0].endswith("rests while there are none")
    assert autoscaling("statefulset", "web", 3, [scaler]) == ()
    assert autoscaling("deployment", "other", 3, [scaler]) == ()


def test_of_a_refusal_that_repeats_the_whole_object_its_reason_is_told():
    said = r'"" is invalid: patch: Invalid value: "{\"kind\":\"Deployment\",\"data\":\"\\\"}\"}": quantities must match'
    assert by_status("c", 422, said, "change", "web").why == '"" is invalid: patch: quantities must match'


STRONG = {
    "hostPID": True,
    "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
    "containers": [
        {"name": "web", "image": "web", "securityContext": {"privileged": True, "capabilities": {"add": ["SYS_ADMIN"]}}}
    ],
}


def test_the_power_that_new_pods_gain_is_told_to_policy():
    strong = {"spec": {"template": {"spec": STRONG}}}
    known = gained("deployment", WEB, strong, [IMAGE])
    assert known == {
        "images": ("docker.io/library/web:latest",),
        "privileged": True,
        "capabilities": ("SYS_ADMIN",),
        "host_namespaces": ("pid",),
        "host_paths": ("/",),
    }
    again = gained("deployment", strong, strong, [Edit(("spec", "replicas"), 1, 2)])
    assert (again["images"], again["privileged"], again["host_paths"]) == (known["images"], False, ())
    assert gained("deployment", WEB, strong, [Edit(("spec", "replicas"), 2, 1)]) == {}
    assert gained("deployment", WEB, strong, [Edit(("spec", "paused"), True, None)])["privileged"]


RULES = [
    {"resourceName": "cpu", "restartPolicy": "NotRequired"},
    {"resourceName": "memory", "restartPolicy": "RestartContainer"},
]
POD = {"spec": {"containers": [{"name": "a", "resizePolicy": RULES}, {"name": "b"}]}}


@pytest.mark.parametrize(
    ("container", "resource", "says"),
    [
        ("a", "cpu", "it goes on running"),
        ("a", "memory", "a is restarted: it asks for that"),
        ("b", "memory", "it goes on running"),
    ],
)
def test_a_container_that_has_to_be_restarted_for_what_it_may_use_is_named(container: str, resource: str, says: str):
    edit = Edit(("spec", "containers", container, "resources", "limits", resource), "1", "2")
    assert disruption("pod", POD, [edit]) == (says,)


WITH_DATA: dict[str, Any] = {
    "metadata": {"name": "web"},
    "spec": {"template": {"spec": {"containers": [
        {"name": "web", "image": "web:1", "volumeMounts": [{"name": "data", "mountPath": "/data", "subPath": "web"}]},
    ]}}},
}  # fmt: skip


def test_a_sidecar_sees_the_others_and_has_no_more_power_than_that():
    spec = wanted(WITH_DATA, WantedSidecar("side", "tools:1", "1000:2000", ("data",)))["spec"]["template"]["spec"]
    assert spec["shareProcessNamespace"] is True
    (web, side) = spec["containers"]
    assert web == WITH_DATA["spec"]["template"]["spec"]["containers"][0]
    assert side["securityContext"] == {
        "runAsUser": 1000, "runAsGroup": 2000, "privileged": False, "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE"]}, "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    assert side["volumeMounts"] == [{"name": "data", "mountPath": "/data", "subPath": "web", "readOnly": True}]
    assert side["resources"]["limits"] == {"cpu": "500m", "memory": "256Mi"}


def test_a_sidecar_has_only_volumes_that_are_there_and_is_there_once():
    with pytest.raises(UsageError, match="no container mounts a volume `dat`"):
        wanted(WITH_DATA, WantedSidecar("side", "tools:1", volumes=("dat",)))
    with pytest.raises(NotRunning, match="it has one already"):
        wanted(wanted(WITH_DATA, WantedSidecar("side", "tools:1")), WantedSidecar("side", "tools:1"))
