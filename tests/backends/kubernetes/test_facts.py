"""From the API's JSON to facts: how containers ended, what they may use, what stands around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.backends.kubernetes.facts import facts_of
from bot.backends.kubernetes.facts.network import reach
from bot.backends.kubernetes.kinds import KINDS
from bot.core.facts.cluster import ClaimFacts, ConfigKey, ConfigMapFacts, NodeFacts, Taint
from bot.core.facts.containers import ContainerFacts, ContainerPort, HealthCheck, Mount, Variable
from bot.core.facts.network import Endpoint, EndpointsFacts, IngressFacts, IngressRule, Peer, PolicyFacts, PolicyRule
from bot.core.facts.objects import Condition, OtherFacts, Refused, Requirement, Selector
from bot.core.facts.pods import CronJobFacts, JobFacts, PodFacts, Toleration, Volume, WorkloadFacts

AT = "2026-11-24T10:00:00Z"
MOMENT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def seen(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop", "creationTimestamp": AT, "labels": {"app": "web"}}
    return {"metadata": metadata | more.pop("metadata", {}), "spec": spec or {}, "status": status or {}, **more}


def pod(container: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **spec: Any) -> PodFacts:
    whole = {"containers": [{"name": "app", "image": "web:1", **(container or {})}], **spec}
    found = facts_of("pod", seen(whole, status))
    assert isinstance(found, PodFacts)
    return found


def app(container: dict[str, Any] | None = None, **status: Any) -> ContainerFacts:
    """The pod's one container; status: what the kubelet says of it."""
    return pod(container, {"containerStatuses": [{"name": "app", **status}]} if status else {}).containers[0]


def test_every_kind_that_can_be_read_has_facts_before_anybody_said_anything_of_it():
    spec: dict[str, Any] = {"containers": [], "template": {"spec": {"containers": []}}, "schedule": "* * * * *"}
    spec["jobTemplate"] = {"spec": {"template": spec["template"]}}
    for kind in KINDS:
        facts = facts_of(kind, seen(spec))
        assert (facts.kind, facts.name, facts.created, facts.labels) == (kind, "web", MOMENT, {"app": "web"})


def test_a_deletion_begins_before_its_deadline_and_names_who_holds_it_up():
    metadata = {
        "deletionTimestamp": "2026-11-24T10:00:30Z", "deletionGracePeriodSeconds": 30, "finalizers": ["a/keep"],
    }  # fmt: skip
    found = facts_of("pod", seen({"containers": []}, metadata=metadata)).deletion
    assert found
    assert (found.began, found.deadline, found.finalizers) == (MOMENT, MOMENT + timedelta(seconds=30), ("a/keep",))


def test_a_container_that_was_killed_for_memory_says_so_in_its_last_state():
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": AT}
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off\n5m0s"}
    found = app(state={"waiting": waiting}, lastState={"terminated": ended}, restartCount=4, ready=False)

    assert (found.state.word, found.state.reason) == ("waiting", "CrashLoopBackOff")
    assert found.state.message == "back-off 5m0s"
    assert found.last_state
    assert (found.last_state.exit_code, found.last_state.oom_killed, found.last_state.finished) == (137, True, MOMENT)
    assert (found.restarts, found.ready) == (4, False)


def test_a_container_of_which_nobody_said_anything_has_not_begun():
    found = app()
    assert (found.state.word, found.ready, found.last_state) == ("", None, None)


def test_limits_are_both_as_they_were_written_and_as_numbers():
    found = app({"resources": {"limits": {"memory": "64Mi", "cpu": "250m"}, "requests": {"cpu": "100m"}}})
    assert (found.limits, found.requests) == ({"memory": "64Mi", "cpu": "250m"}, {"cpu": "100m"})
    assert (found.memory_limit, found.cpus) == (64 * 2**20, 0.25)


@pytest.mark.parametrize(
    ("probe", "what"),
    [
        ({"httpGet": {"port": 8080, "path": "/health"}}, "http GET :8080/health"),
        ({"httpGet": {"port": "web", "scheme": "HTTPS"}}, "https GET :web/"),
        ({"tcpSocket": {"port": 5432}}, "tcp :5432"),
        ({"grpc": {"port": 9000}}, "grpc :9000"),
        ({"exec": {"command": ["cat", "/a b"]}}, "exec cat '/a b'"),
        ({}, "exec "),
    ],
)
def test_a_probe_is_what_it_does_and_its_figures(probe: dict[str, Any], what: str):
    (check,) = app({"readinessProbe": {**probe, "periodSeconds": 3, "initialDelaySeconds": 7}}).checks
    assert check == HealthCheck("readiness", what, 7, 3, 3, 1)


def test_variables_have_names_and_sources_and_never_values():
    found = app({
        "env": [
            {"name": "PLAIN", "value": "hunter22"},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "tokens", "key": "web"}}},
        ],
        "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "keys"}}],
    })  # fmt: skip
    assert found.environment == (
        Variable("PLAIN"),
        Variable("TOKEN", "secret tokens"),
        Variable("", "configmap settings", whole=True),
        Variable("", "secret keys", whole=True),
    )
    assert "hunter22" not in repr(found)


def test_mounts_volumes_and_ports_are_told_apart():
    found = pod(
        {
            "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
            "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
        },
        volumes=[
            {"name": "data", "persistentVolumeClaim": {"claimName": "disk"}},
            {"name": "keys", "secret": {"secretName": "tls"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    )
    assert found.containers[0].mounts == (Mount("data", "/data", writable=False),)
    assert found.containers[0].ports == (ContainerPort("80/TCP", "http"), ContainerPort("53/UDP"))
    expected = (Volume("data", "persistentVolumeClaim", "disk"), Volume("keys", "secret", "tls"))
    assert found.volumes == (*expected, Volume("tmp", "emptyDir"))


def test_a_pod_that_cant_be_placed_says_why_and_what_it_would_tolerate():
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no room"}
    found = pod(
        status={"phase": "Pending", "conditions": [said]},
        nodeSelector={"disk": "ssd"},
        tolerations=[{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}, {"operator": "Exists"}],
    )
    assert (found.phase, found.node, found.ip, found.ready) == ("Pending", "", "", False)
    assert found.conditions == (Condition("PodScheduled", "False", None, "Unschedulable", "no room"),)
    assert found.conditions[0].why == "Unschedulable: no room"
    assert found.tolerations == (Toleration("spot", "", "NoSchedule"), Toleration())


def test_containers_are_told_by_their_role():
    found = pod(initContainers=[{"name": "pre"}], ephemeralContainers=[{"name": "dbg"}])
    assert [(it.name, it.role) for it in found.containers] == [("app", ""), ("pre", "init"), ("dbg", "ephemeral")]


def test_a_workload_counts_its_pods_whatever_its_kind_calls_them():
    template = {"spec": {"containers": [{"name": "app"}]}}
    status = {"readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1, "unavailableReplicas": 2}
    of_set = {"desiredNumberScheduled": 3, "numberReady": 1, "updatedNumberScheduled": 2, "numberAvailable": 1}
    deployment = facts_of("deployment", seen({"replicas": 3, "template": template}, status))
    daemons = facts_of("daemonset", seen({"template": template}, {**of_set, "numberUnavailable": 2}))
    for found in (deployment, daemons):
        assert isinstance(found, WorkloadFacts)
        assert (found.wanted, found.ready, found.up_to_date, found.available, found.unavailable) == (3, 1, 2, 1, 2)
        assert [it.name for it in found.template.containers] == ["app"]


def test_a_change_that_no_controller_has_taken_up_is_known():
    spec: dict[str, Any] = {"template": {"spec": {"containers": []}}}
    for generation, observed in ((2, False), (1, True)):
        found = facts_of("deployment", seen(spec, {"observedGeneration": 1}, metadata={"generation": generation}))
        assert isinstance(found, WorkloadFacts)
        assert found.observed is observed


def test_jobs_say_how_far_they_came():
    template: dict[str, Any] = {"spec": {"containers": []}}
    job = facts_of("job", seen({"completions": 3, "template": template}, {"succeeded": 1, "failed": 2}))
    assert isinstance(job, JobFacts)
    assert (job.succeeded, job.completions, job.failed, job.backoff_limit, job.started) == (1, 3, 2, 6, None)
    spec = {"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": template}}}
    cron = facts_of("cronjob", seen(spec, {"lastScheduleTime": AT, "active": [{"name": "a"}]}))
    assert isinstance(cron, CronJobFacts)
    assert (cron.suspended, cron.last_run, cron.last_success, cron.running) == (True, MOMENT, None, ("a",))


def test_endpoints_say_who_takes_traffic():
    target = {"targetRef": {"kind": "Pod", "name": "web-1"}}
    old = seen(subsets=[{
        "addresses": [{"ip": "10.0.0.1", **target}], "notReadyAddresses": [{"ip": "10.0.0.2"}], "ports": [{"port": 80}],
    }])  # fmt: skip
    new = seen(
        endpoints=[{"addresses": ["10.0.0.1"], **target}, {"addresses": ["10.0.0.2"], "conditions": {"ready": False}}],
        ports=[{"port": 80}],
    )
    for kind, known in (("endpoints", old), ("endpointslice", new)):
        found = facts_of(kind, known)
        assert isinstance(found, EndpointsFacts)
        first = Endpoint(True, ("10.0.0.1",), ("80",), "web-1")
        assert found.endpoints == (first, Endpoint(False, ("10.0.0.2",), ("80",)))


def test_an_ingress_says_where_each_path_leads():
    path = {"path": "/api", "backend": {"service": {"name": "api", "port": {"name": "http"}}}}
    found = facts_of("ingress", seen({"rules": [{"host": "shop.example", "http": {"paths": [path]}}, {}]}))
    assert isinstance(found, IngressFacts)
    assert found.rules == (IngressRule("shop.example", "/api", "service/api:http"),)


def test_a_policy_that_leaves_a_way_alone_is_not_one_that_closes_it():
    inward = facts_of("networkpolicy", seen({"podSelector": {}}))
    both = facts_of("networkpolicy", seen({
        "podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{
            "ports": [{"port": 6379, "endPort": 6381}, {"protocol": "UDP"}],
            "from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}, {"podSelector": {}}],
        }],
    }))  # fmt: skip
    assert isinstance(inward, PolicyFacts)
    assert isinstance(both, PolicyFacts)
    assert (inward.pods, inward.ingress, inward.egress) == (Selector(), (), None)
    assert both.pods == Selector({}, (Requirement("app", "In", ("a", "b")),))
    assert both.ingress == (
        PolicyRule((Peer("10.0.0.0/8", ("10.1.0.0/16",)), Peer(pods=Selector())), ("6379-6381/TCP", "any/UDP")),
    )
    assert both.egress == ()


def test_a_pod_is_reached_through_the_slices_of_its_own_services():
    service = seen({"clusterIP": "10.96.0.1", "ports": [{"port": 80}]})
    mine = seen(metadata={"labels": {"kubernetes.io/service-name": "web"}}, endpoints=[{"addresses": ["10.0.0.1"]}])
    other = seen(metadata={"labels": {"kubernetes.io/service-name": "api"}}, endpoints=[{"addresses": ["10.0.0.9"]}])
    found = reach(seen({"containers": []}), [service], [mine, other], [])
    assert not isinstance(found.services, Refused)
    assert found.services[0].endpoints == (Endpoint(True, ("10.0.0.1",)),)


def test_what_could_not_be_looked_at_is_not_nothing():
    refused, service = Refused("no"), seen({"ports": []})
    nothing = reach(seen({"containers": []}), refused, [], refused)
    unseen = reach(seen({"containers": []}), [service], refused, [])
    assert (nothing.services, nothing.policies) == (refused, refused)
    assert not isinstance(unseen.services, Refused)
    assert unseen.services[0].endpoints == refused


def test_what_pods_stand_on_is_told_without_a_value_of_a_setting():
    node = facts_of("node", seen({"unschedulable": True, "taints": [{"key": "gpu", "effect": "NoSchedule"}]}))
    claim = facts_of("persistentvolumeclaim", seen({"resources": {"requests": {"storage": "1Gi"}}}))
    settings = facts_of("configmap", seen(data={"app.yaml": "é"}, binaryData={"key": "AAAA"}))
    assert isinstance(node, NodeFacts)
    assert isinstance(claim, ClaimFacts)
    assert isinstance(settings, ConfigMapFacts)
    assert (node.cordoned, node.taints) == (True, (Taint("gpu", "NoSchedule"),))
    assert (claim.requested, claim.capacity, claim.phase) == ("1Gi", "", "")
    assert settings.keys == (ConfigKey("app.yaml", 2), ConfigKey("key", 3, binary=True))


def test_a_value_of_an_unknown_kind_is_whole_or_not_there():
    """A part of a secret doesn't look like one: what is cut before redaction would be read."""
    long = "a" * 2_500
    found = facts_of("foos.x", {"metadata": {"name": "a"}, "spec": {"one": long, "two": "b" * 300}, "status": "Ready"})
    assert isinstance(found, OtherFacts)
    assert dict(found.fields) == {"spec.one": "2,500 characters", "spec.two": "b" * 300, "status": "Ready"}
