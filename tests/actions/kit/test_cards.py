"""Cards: what somebody reads of an object, from its facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.actions.kit.cards import card
from bot.actions.kit.cards.reach import reach
from bot.core.facts.cluster import ClaimFacts, ConfigKey, ConfigMapFacts, NamespaceFacts, NodeFacts, Taint
from bot.core.facts.containers import (
    ContainerFacts,
    ContainerPort,
    ContainerState,
    HealthCheck,
    Mount,
    Variable,
)
from bot.core.facts.network import (
    Certificate,
    Endpoint,
    EndpointsFacts,
    IngressFacts,
    IngressRule,
    Peer,
    PolicyFacts,
    PolicyRule,
    Reach,
    ServiceFacts,
    ServicePort,
)
from bot.core.facts.objects import Condition, Deletion, ObjectFacts, Refused, Requirement, Selector
from bot.core.facts.pods import CronJobFacts, JobFacts, PodFacts, Template, Toleration, Volume, WorkloadFacts
from bot.core.output import Card
from bot.core.ports.events import Event

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
KILLED = ContainerState("terminated", "OOMKilled", exit_code=137, oom_killed=True, finished=BEFORE)
CRASHING = ContainerState("waiting", "CrashLoopBackOff", "back-off")


def rows(facts: ObjectFacts, group: str = "") -> dict[str, str]:
    return of(card(facts, (), NOW), group)


def of(shown: Card, group: str = "") -> dict[str, str]:
    return {label: value for title, rows in shown.groups if group in ("", title) for label, value in rows}


def pod(*containers: ContainerFacts, **more: Any) -> PodFacts:
    return PodFacts(
        **{"kind": "pod", "name": "web-1", "namespace": "shop", "created": BEFORE, **more}, containers=containers
    )


APP = ContainerFacts(name="app", image="web:1", state=CRASHING, last_state=KILLED, ready=False, restarts=4)


def test_a_pod_that_crashes_says_how_it_is_and_how_it_ended():
    shown = rows(pod(APP), "Container app")
    assert shown["state"] == "waiting: CrashLoopBackOff (back-off)"
    assert shown["last state"] == (
        "terminated (OOMKilled), exit status 137: OOM killed: it exceeded its memory limit, 5m ago"
    )
    assert (shown["ready"], shown["restarts"]) == ("no", "4")
    assert shown["limits"] == "none: it can use all of the node's"


def test_a_container_says_what_it_was_made_of():
    made = ContainerFacts(
        name="migrate", role="init", image="web:1", pull_policy="Always", command=("sh", "-c", "a b"),
        requests={"cpu": "100m"}, limits={"memory": "64Mi"}, ports=(ContainerPort("80/TCP", "http"),),
        checks=(HealthCheck("liveness", "tcp :80", delay_s=5, timeout_s=2),), mounts=(Mount("data", "/data", True),),
        environment=(Variable("LOG"), Variable("TOKEN", "secret tokens"), Variable("", "secret keys", whole=True)),
    )  # fmt: skip
    shown = rows(pod(made), "Init container migrate")
    assert shown == {
        "state": "not begun",
        "image": "web:1 (Always)",
        "command": "sh -c 'a b'",
        "requests": "cpu=100m",
        "limits": "memory=64Mi",
        "liveness probe": "tcp :80, after 5s, every 10s, 3 failures, timeout 2s",
        "ports": "http 80/TCP",
        "environment": "LOG, TOKEN (from secret tokens), all of secret keys",
        "mount": "data → /data (rw)",
    }


def test_a_pod_says_where_it_is_and_where_it_may_be():
    there = pod(
        deletion=Deletion(BEFORE, NOW + timedelta(seconds=25), ("a/keep",)),
        owners=("job/x",), labels={"app": "web"}, reason="Evicted", message="low on disk",
        node_selector={"disk": "ssd"}, priority_class="high", volumes=(Volume("data", "configMap", "settings"),),
        tolerations=(Toleration("node.kubernetes.io/not-ready"), Toleration("spot", "yes"), Toleration()),
        conditions=(Condition("Ready", "False", BEFORE, "ContainersNotReady"),),
    )  # fmt: skip
    shown = rows(there)
    assert (shown["being deleted"], shown["made by"], shown["labels"]) == (
        "since 5m, 25s left", "job/x", "app=web",
    )  # fmt: skip
    assert shown["waiting for finalizers"] == "a/keep"
    assert (shown["why"], shown["node"]) == ("Evicted: low on disk", "none yet: it isn't scheduled")
    assert (shown["data"], shown["priority"], shown["node selector"]) == ("configMap settings", "high", "disk=ssd")
    tolerated = [value for label, value in dict(card(there, (), NOW).groups)["Placement"] if label == "tolerates"]
    assert tolerated == ["spot=yes (any effect)", "everything (any effect)"]
    assert shown["Ready"] == "False for 5m (ContainersNotReady)"


def test_a_workload_says_how_its_pods_are():
    running = ContainerFacts(name="app", image="web:1", state=ContainerState("running", started=BEFORE), ready=True)
    done = ContainerFacts(name="pre", image="web:1", role="init", state=ContainerState("terminated"), ready=True)
    unplaced = pod(name="web-3", phase="Pending", conditions=(Condition("PodScheduled", "False", message="no room"),))
    found = WorkloadFacts(
        kind="deployment", name="web", wanted=3, ready=1, unavailable=2, observed=False, strategy="RollingUpdate",
        rolling={"maxSurge": "25%"}, template=Template((APP,)),
        selector=Selector({"app": "web"}, (Requirement("tier", "In", ("a", "b")), Requirement("x", "Exists"))),
        pods=(pod(running, done), pod(APP, name="web-2"), unplaced),
    )  # fmt: skip
    shown = rows(found)
    assert (shown["wanted"], shown["ready"], shown["unavailable"]) == ("3", "no", "2")
    assert shown["not seen yet"] == "its controller has not taken up the last change"
    assert shown["selector"] == "app=web, tier In (a,b), x Exists"
    assert shown["strategy"] == "RollingUpdate (maxSurge 25%)"
    assert shown["web-1"] == "app running for 5m"
    assert shown["web-2"].startswith("app waiting: CrashLoopBackOff (back-off), 4 restarts, before: terminated")
    assert shown["web-3"] == "Pending: no room"


def test_jobs_say_how_far_they_came_and_when_they_run():
    job = JobFacts(kind="job", name="x", succeeded=1, completions=3, failed=2, started=BEFORE)
    assert rows(job, "Job") == {
        "completions": "1 of 3", "running": "0", "failed": "2, gives up after 6", "began": "5m ago",
    }  # fmt: skip
    cron = CronJobFacts(kind="cronjob", name="x", schedule="0 3 * * *", time_zone="Europe/Berlin", last_run=BEFORE)
    shown = rows(cron, "Cron job")
    assert (shown["schedule"], shown["last run"], shown["last success"]) == (
        "0 3 * * * Europe/Berlin",
        "5m ago",
        "never",
    )


def test_a_service_says_what_it_selects_and_where_its_ports_lead():
    web = ServiceFacts(
        kind="service", name="web", addresses=("10.96.0.1",), outside=("1.2.3.4",), selector={"app": "web"},
        ports=(ServicePort(80, "http", name="web", node_port=30080), ServicePort(53, "53", "UDP")),
    )  # fmt: skip
    shown = rows(web)
    assert (shown["address"], shown["reached from outside at"]) == ("10.96.0.1", "1.2.3.4")
    assert (shown["web"], shown["port"]) == ("80 → http/TCP, node port 30080", "53 → 53/UDP")
    assert rows(ServiceFacts(kind="service", name="x"))["selects"] == "nothing: its endpoints are made by hand"


def test_a_service_says_what_stands_behind_it_or_that_nothing_does():
    behind = (Endpoint(True, ("10.0.0.1",), ("80",), "web-1"),)
    assert rows(ServiceFacts(kind="service", name="x", endpoints=behind))["ready"] == "web-1 10.0.0.1:80"
    assert "no pod that it selects is there" in rows(ServiceFacts(kind="service", name="x"), "Endpoints")[""]
    refused = ServiceFacts(kind="service", name="x", endpoints=Refused("you may not list that"))
    assert rows(refused, "Endpoints") == {"not known": "you may not list that"}
    outside = card(ServiceFacts(kind="service", name="x", external_name="db.example.com"), (), NOW)
    assert of(outside)["stands for"] == "db.example.com, a name outside the cluster"
    assert not {"Endpoints"} & {title for title, _ in outside.groups}
    assert "selects" not in of(outside)


def test_endpoints_of_nothing_say_so():
    assert rows(EndpointsFacts(kind="endpoints", name="x"), "Endpoints") == {
        "": "none: no pod that is selected is there"
    }


def test_an_ingress_and_a_policy_are_sentences_about_who_gets_where():
    ingress = IngressFacts(
        kind="ingress", name="x", certificates=(Certificate(("a", "b"), "tls"),),
        rules=(IngressRule("shop.example", "/api", "service/api:80"),),
    )  # fmt: skip
    shown = rows(ingress)
    assert (shown["class"], shown["tls"]) == ("the default one", "a, b (secret tls)")
    assert shown["shop.example/api"] == "service/api:80"
    peers = (
        Peer("10.0.0.0/8", ("10.1.0.0/16",)),
        Peer(namespaces=Selector(), pods=Selector({"a": "b"})),
        Peer(namespaces=Selector({"x": "y"})),
        Peer(pods=Selector({"c": "d"})),
        Peer(pods=Selector()),
    )
    policy = PolicyFacts(
        kind="networkpolicy", name="x", ingress=(PolicyRule(peers, ("6379-6381/TCP",)), PolicyRule()), egress=()
    )
    sentences = [value for label, value in dict(card(policy, (), NOW).groups)["Network policy"] if label == "lets in"]
    assert sentences == [
        "10.0.0.0/8 except 10.1.0.0/16 on 6379-6381/TCP",
        "pods with a=b in every namespace on 6379-6381/TCP",
        "all pods in namespaces with x=y on 6379-6381/TCP",
        "pods with c=d on 6379-6381/TCP",
        "all pods of its namespace on 6379-6381/TCP",
        "everybody on any port",
    ]
    shown = rows(policy)
    assert (shown["applies to pods with"], shown["lets out"]) == ("everything", "nothing")


def test_how_a_pod_is_reached_names_services_and_policies():
    service = ServiceFacts(
        kind="service", name="web", cluster_ip="10.96.0.1", ports=(ServicePort(80, "80"),),
        endpoints=(Endpoint(True, ("10.0.0.1",), ("80",), "web-1"), Endpoint(False, ("10.0.0.2",), ("80",), "web-2")),
    )  # fmt: skip
    ready = pod(APP, ips=("10.0.0.1",), conditions=(Condition("Ready", "True"),))
    shown = reach(Reach(ready, (service,), (PolicyFacts(kind="networkpolicy", name="wall", ingress=()),)))
    assert of(shown, "Pod")["ready"] == "yes"
    assert of(shown, "Service web")["not ready"] == "web-2 10.0.0.2:80"
    assert of(shown, "Policy wall")["lets in"] == "nothing"
    alone = reach(Reach(pod()))
    assert of(alone, "Pod")["ready"] == "no: services send it nothing"
    assert of(alone)[""] == "none applies: everything may reach it"


def test_what_the_cluster_would_not_tell_is_told_with_its_words_and_not_as_nothing():
    refused = Refused("the cluster refuses it: you cannot list that")
    words = ("not known", refused.why)
    shown = dict(reach(Reach(pod(APP), refused, refused)).groups)
    assert (shown["Services"], shown["Network policies"]) == ([words], [words])
    unseen = ServiceFacts(kind="service", name="web", endpoints=refused)
    assert words in dict(reach(Reach(pod(APP), (unseen,))).groups)["Service web"]
    workload = WorkloadFacts(kind="deployment", name="web", pods=refused)
    assert dict(card(workload, (), NOW).groups)["Pods"] == [words]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (NodeFacts(kind="node", name="n", cordoned=True), ("schedulable", "no: it is cordoned")),
        (NodeFacts(kind="node", name="n", taints=(Taint("a", "NoSchedule", "b"),)), ("taints", "a=b:NoSchedule")),
        (ClaimFacts(kind="persistentvolumeclaim", name="n"), ("has", "nothing yet")),
        (ConfigMapFacts(kind="configmap", name="n", keys=(ConfigKey("k", 3, True),)), ("k", "binary, 3 B")),
        (NamespaceFacts(kind="namespace", name="n", phase="Terminating"), ("phase", "Terminating")),
    ],
)
def test_what_pods_stand_on(facts: ObjectFacts, said: tuple[str, str]):
    assert said in rows(facts).items()


def test_events_are_the_newest_ones_or_why_they_are_not_known():
    happened = [Event(NOW - timedelta(minutes=at), "BackOff", "pod/x", f"said {at}", count=2) for at in range(1, 13)]
    shown = dict(card(pod(), happened, NOW).groups)["Events"]
    assert (len(shown), shown[0]) == (10, ("1m ago", "BackOff ×2: said 1"))
    assert dict(card(pod(), "you may not list events", NOW).groups)["Events"] == [("", "you may not list events")]
