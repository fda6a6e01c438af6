"""Each person with their own rights: what the cluster grants, what it refuses, and whose name is in its audit log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import Conversation, Json, wait_until
from tests.journeys.test_cluster_look import said

BOT = "system:serviceaccount:cdebug:cdebug"


def audited(cluster: Cluster) -> list[Json]:
    """What the API server wrote down."""
    return [json.loads(line) for line in cluster.audit.read_text().splitlines() if line.endswith("}")]


async def test_the_cluster_refuses_bob_what_it_grants_ann_and_says_which_right(shop_channel: Conversation):
    bob = shop_channel.as_("U0BOB")
    _, text = await said(shop_channel, "exec plain -- echo mine")
    assert "mine" in text
    root, text = await said(bob, "exec plain -- echo mine", "failed")
    assert 'User "bob@example.com" cannot get resource "pods/exec" in API group "" in the namespace "shop"' in text
    assert "`can` shows what the cluster grants you" in text
    assert "mine\n" not in text
    assert root["text"].startswith("failed")


@pytest.mark.parametrize("command", ["get deployments", "describe svc web", "events", "http plain:80/", "attach pair"])
async def test_bob_reads_pods_and_logs_and_nothing_else(shop_channel: Conversation, command: str):
    bob = shop_channel.as_("U0BOB")
    _, text = await said(bob, "logs pair --tail 1")
    assert "from app" in text
    _, text = await said(bob, command, "failed")
    assert re.search(r'User "bob@example.com" cannot \w+ resource', text), text


async def test_what_bob_may_not_list_is_not_told_as_nothing(shop_channel: Conversation):
    bob = shop_channel.as_("U0BOB")
    _, text = await said(bob, "network pair")
    for kind in ("services", "networkpolicies"):
        assert re.search(f'not known: .*User "bob@example.com" cannot list resource "{kind}"', text), text
    assert "none" not in text.partition("Services")[2]

    _, text = await said(bob, "logs deploy/web", "failed")
    assert 'User "bob@example.com" cannot get resource "deployments"' in text


APART = """
apiVersion: v1
kind: Namespace
metadata: {name: apart}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: none, namespace: apart}
spec: {hard: {pods: "1"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apart}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: apart}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: without-pods, namespace: apart}
rules:
  - {apiGroups: [""], resources: [services, endpoints, events], verbs: [get, list]}
  - {apiGroups: [apps, discovery.k8s.io], resources: ["*"], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: without-pods, namespace: apart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: without-pods}
subjects: [{kind: User, name: bob@example.com}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: all-of-apart, namespace: apart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: ann@example.com}]
"""


LATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: late, namespace: apart}
spec:
  replicas: 1
  selector: {matchLabels: {app: late}}
  template:
    metadata: {labels: {app: late}}
    spec: {containers: [{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}]}
"""


@pytest.fixture(scope="module")
def apart(cluster: Administered) -> Iterator[str]:
    """A namespace in which Bob may read everything but pods; a quota keeps one of its deployments without any."""
    with applied(cluster, APART):
        cluster.run_kubectl("rollout", "status", "deployment/web", "--namespace", "apart", "--timeout=60s")
        with applied(cluster, LATE):
            said = ("get", "events", "--namespace", "apart")
            wait_until(lambda: "FailedCreate" in cluster.run_kubectl(*said), "the quota's no")
            yield "apart"


@pytest.mark.parametrize(
    ("command", "ends", "shows"),
    [
        ("get endpoints -n apart", "done", "web +not known: you may not list pods"),
        ("get endpointslices -n apart", "done", "not known: you may not list pods"),
        ("describe ep web -n apart", "failed", "cannot tell which pods stand behind.*cannot list resource .pods."),
        ("inspect ep/web -n apart", "failed", "cannot tell which pods stand behind.*cannot list resource .pods."),
        ("describe svc web -n apart", "done", "not known: .*cannot list resource .pods."),
        ("events deploy/web -n apart", "done", "Not shown: those of what deployment/web makes .*cannot list resource"),
        ("describe deploy web -n apart", "done", "not shown: those of what deployment/web makes .*cannot list"),
        ("events -n apart", "done", r"Not shown: [\d,]+ events \(you may not list, or cdebug doesn't read, Pod\)"),
    ],
)
async def test_what_stands_behind_pods_that_may_not_be_listed_is_not_told_as_nothing(
    shop_channel: Conversation, apart: str, command: str, ends: str, shows: str
):
    _, text = await said(shop_channel.as_("U0BOB"), command, ends)
    assert re.search(shows, text), f"{shows!r} is not in\n{text}"


async def test_a_quota_that_keeps_a_deployment_without_pods_is_among_its_events(shop_channel: Conversation, apart: str):
    for command in ("events deploy/late -n apart", "describe deploy late -n apart"):
        _, text = await said(shop_channel, command)
        assert "FailedCreate" in text
        assert "exceeded quota" in text


async def test_events_of_what_is_gone_are_counted(shop_channel: Conversation, apart: str, cluster: Administered):
    cluster.run_kubectl("delete", "deployment", "late", "--namespace", "apart")
    wait_until(lambda: "late" not in cluster.run_kubectl("get", "rs", "--namespace", "apart"), "its replica set to go")
    _, text = await said(shop_channel, "events -n apart")
    assert re.search(r"Not shown: (one|[\d,]+) events? \(what they are about is gone\)", text), text


async def test_the_clusters_audit_names_the_person_and_their_groups(shop_channel: Conversation, own_cluster: Cluster):
    await said(shop_channel, "logs plain")
    await said(shop_channel.as_("U0BOB"), "ps")
    wait_until(lambda: bool(_asked(own_cluster, "ann@example.com", "log")), "Ann's log in the audit")
    entry = _asked(own_cluster, "ann@example.com", "log")[-1]
    assert entry["user"]["username"] == BOT
    assert "sre" in entry["impersonatedUser"]["groups"]
    wait_until(lambda: bool(_asked(own_cluster, "bob@example.com", "")), "Bob's list in the audit")


def _asked(cluster: Cluster, user: str, part: str) -> list[Json]:
    return [
        it
        for it in audited(cluster)
        if (it.get("impersonatedUser") or {}).get("username") == user
        and it.get("objectRef", {}).get("resource") == "pods"
        and it.get("objectRef", {}).get("subresource", "") == part
    ]


async def test_what_the_bot_does_as_itself_is_watching_names_and_reading_namespaces(
    shop_channel: Conversation, own_cluster: Cluster
):
    await said(shop_channel, "ps")
    own = {
        (it["verb"], it.get("objectRef", {}).get("resource"))
        for it in audited(own_cluster)
        if it["user"].get("username") == BOT
        and "impersonatedUser" not in it
        and it.get("objectRef")
        and it.get("objectRef", {}).get("resource") != "secrets"  # of the namespaces that `redact.secrets_of` names
    }
    assert own <= {("list", "pods"), ("watch", "pods"), ("get", "namespaces"), ("list", "namespaces")}, own


async def test_nobody_without_a_mapping_reaches_the_cluster(shop_channel: Conversation, own_cluster: Cluster):
    before = len(audited(own_cluster))
    _, text = await said(shop_channel.as_("U0EVE"), "ps", "denied")
    assert "you have no Kubernetes user in `cluster`" in text
    asked = [it for it in audited(own_cluster)[before:] if it["user"].get("username") == BOT]
    read = [it for it in asked if (it.get("objectRef") or {}).get("resource") == "pods"]
    assert not [it for it in read if "fieldSelector" not in it["requestURI"]], read  # one by one it looks after its own


async def test_can_shows_both_answers(shop_channel: Conversation):
    await shop_channel.type("/cdebug can exec plain")
    told = await shop_channel.whispered("on cluster/shop/plain:app")
    assert "allow: policy `responders-work-inside`" in told["text"]
    assert "The cluster allows it too." in told["text"]
    bob = shop_channel.as_("U0BOB")
    await bob.type("/cdebug can exec plain")
    told = await bob.whispered("on cluster/shop/plain:app")
    assert "The cluster does not allow it: you lack `get pods/exec` there." in told["text"]
    await bob.type("/cdebug can exec vault/ledger")
    told = await bob.whispered("cannot get resource")
    assert 'in the namespace "vault"' in told["text"]


GETTING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: getter, namespace: vault}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: getter, namespace: vault}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: getter}
subjects: [{kind: User, name: bob@example.com}]
"""


async def test_lookalikes_and_parts_of_names_are_for_those_who_may_list(
    shop_channel: Conversation, cluster: Administered
):
    """Bob may get a pod there whose name he knows, and list none."""
    with applied(cluster, GETTING):
        _, text = await said(shop_channel, "logs ledgr -n vault", "failed")
        assert "Did you mean `ledger`?" in text
        bob = shop_channel.as_("U0BOB")
        for part in ("ledgr", "ledge"):
            _, text = await said(bob, f"describe pod/{part} -n vault", "failed")
            assert f"nothing is called `{part}` in `cluster/vault`" in text
            assert "ledger" not in text
