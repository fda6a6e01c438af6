"""Somebody on a cluster who wants what the cluster grants and policy hides, or the other way round."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.app import SHIPPED_POLICY
from deploy.demo.cluster.kubectl import Administered
from tests.attacks.conftest import HIDDEN, nothing_for
from tests.cluster.world import applied, cluster_bot
from tests.conftest import new_channel
from tests.harness import Conversation, Playground, Slack, temporary_folder

SECRET = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: treasury, namespace: shop, labels: {hidden: "yes"}}
spec:
  selector: {matchLabels: {app: treasury}}
  template:
    metadata: {labels: {app: treasury, hidden: "yes", tier: front}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {name: app, image: "cdebug/busybox:1", command: [sh, -c, "echo the log of the treasury; sleep 3600"]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: treasury-cron, namespace: shop, labels: {hidden: "yes"}}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: "cdebug/busybox:1"}]}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: treasury-room, labels: {hidden: "yes"}}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {tier: front}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: safe}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /nowhere}
  claimRef: {namespace: treasury-room, name: gold}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reads-volumes}
rules: [{apiGroups: [""], resources: [persistentvolumes], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reads-volumes}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reads-volumes}
subjects: [{kind: Group, name: sre}]
"""


@pytest.fixture(scope="module")
def hiding_base(cluster: Administered) -> Iterator[str]:
    """A bot whose policy hides from all but responders what carries the label `hidden`."""
    with applied(cluster, SECRET):
        cluster.run_kubectl("rollout", "status", "deployment/treasury", "--namespace", "shop", "--timeout=60s")
        with temporary_folder() as folder:
            playground = Playground(folder)
            policy = folder / "policy.cedar"
            policy.write_text(f"{SHIPPED_POLICY.read_text()}\n{HIDDEN}\n")
            bot = cluster_bot(cluster, folder, playground.base, policy=str(policy))
            yield playground.base
            bot.end()
            playground.end()


@pytest.fixture
async def room(hiding_base: str) -> AsyncIterator[Conversation]:
    """Cem may read everything in the cluster; policy hides the treasury from him."""
    slack = Slack(hiding_base)
    yield await new_channel(slack)
    await slack.close()


def pod_name(cluster: Administered) -> str:
    said = cluster.run_kubectl("get", "pods", "--namespace", "shop", "-l", "app=treasury", "-o", "name")
    return said.strip().removeprefix("pod/")


ASKS = [
    "logs {}", "describe {}", "inspect {}", "stats {}", "network {}", "events {}", "exec {} -- id", "debug {}", "sh {}",
    "ps {}",    "cat {} /etc/passwd", "attach {}", "http {}:80/", "can exec {}", "logs pod/{}", "logs cluster/shop/{}",
    "scale {} --replicas 2", "rollout status {}", "rollout undo {}", "rollout history {}", "set image {} app=x:1",
    "get pod/{}", "exec {} --break-glass x -- id", "logs {} -c nope", "logs {} --all-containers",
]  # fmt: skip


@pytest.mark.parametrize("command", ASKS)
async def test_the_hidden_and_the_missing_get_the_same_words(room: Conversation, cluster: Administered, command: str):
    for there in (pod_name(cluster), "treasury", "treasury-cron"):
        missing = there.replace("treasury", "treasurx")
        # Each in a channel of its own: Slack takes one message per second in each.
        hidden, absent = [
            await nothing_for(await new_channel(room.slack), "U0CEM", f"/cdebug {command.format(name)}")
            for name in (there, missing)
        ]
        assert [it.replace(there, "NAME") for it in hidden] == [it.replace(missing, "NAME") for it in absent]


REMOVED = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {labels}}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{{name: app, image: "cdebug/busybox:1", command: [sleep, "300"]}}]
"""


async def test_what_was_hidden_stays_so_when_it_is_removed(room: Conversation, cluster: Administered):
    made = ("treasurer", '{hidden: "yes"}'), ("usher", "{}")
    with applied(cluster, "---".join(REMOVED.format(name=name, labels=labels) for name, labels in made)):
        for name, _ in made:
            cluster.run_kubectl("wait", f"pod/{name}", "--namespace", "shop", "--for=condition=Ready", "--timeout=30s")
    hidden = await nothing_for(room, "U0CEM", "/cdebug events treasurer")
    missing = await nothing_for(room, "U0CEM", "/cdebug events treasurex")
    assert [it.replace("treasurer", "NAME") for it in hidden] == [it.replace("treasurex", "NAME") for it in missing]
    cem = room.as_("U0CEM")
    for command in ("events usher", "events", "events -A"):
        root, thread = await cem.run(command)
        text = "\n".join(each["text"] for each in [root, *thread])
        assert "pod/usher" in text, command
        assert "treasurer" not in text
    _, thread = await room.run("events treasurer")
    assert "Killing" in thread[0]["text"]


LISTS = [
    "ps", "ps -A", "get pods -o wide", "get deployments", "get rs", "stats", "events", "events -A", "logs tre",
    "logs treasur", "logs treasurz", "logs -l hidden=yes", "logs -l tier=front --tail 1", "network web",
    "describe ep front", "describe svc front", "inspect ep/front", "get all", "describe deploy treasurz",
    "ps -l hidden=yes", "get ns",
    "ps -n tresury-room", "describe ns tresury-room", "get cronjobs",
    "get pv", "describe pv saf", "get persistentvolumes.", "describe node node-1", "describe ns shop",
]  # fmt: skip


@pytest.mark.parametrize("command", LISTS)
async def test_lists_menus_and_lookalikes_leave_it_out(room: Conversation, command: str):
    said = await nothing_for(room, "U0CEM", f"/cdebug {command}")
    everything = "\n".join(each["text"] for each in await room.as_("U0CEM").messages() if each["user"] == "U0CDEBUG")
    assert said
    assert "treasury" not in everything


async def test_the_neighbour_who_may_see_it_does(room: Conversation):
    _, thread = await room.run("logs treasury")
    assert any("the log of the treasury" in each["text"] for each in thread)


@pytest.mark.parametrize("command", ["describe pv {}", "inspect pv/{}", "get pv {}", "inspect persistentvolumes./{}"])
async def test_a_volume_of_a_hidden_namespace_is_not_found(room: Conversation, command: str):
    hidden = await nothing_for(room, "U0CEM", f"/cdebug {command.format('safe')}")
    absent = await nothing_for(room, "U0CEM", f"/cdebug {command.format('sofe')}")
    assert [it.replace("safe", "NAME") for it in hidden] == [it.replace("sofe", "NAME") for it in absent]
    _, thread = await room.run(command.format("safe"))
    assert any("gold" in each["text"] or "safe" in each["text"] for each in thread)


async def test_addresses_of_hidden_pods_are_in_no_list(room: Conversation, cluster: Administered):
    said = cluster.run_kubectl(
        "get", "pods", "--namespace", "shop", "-l", "app=treasury", "-o", "jsonpath={.items[0].status.podIP}"
    )
    cem = room.as_("U0CEM")
    for command in (
        "get endpoints",
        "get endpointslices",
        "describe ep front",
        "describe svc front",
        "inspect ep/front",
    ):
        _, thread = await cem.run(command)
        text = "\n".join(each["text"] for each in thread)
        assert "front" in text
        assert not re.search(rf"{re.escape(said)}\b", text)
    for command in ("get endpoints front", "describe svc front"):
        _, thread = await room.run(command)
        assert any(re.search(rf"{re.escape(said)}\b", each["text"]) for each in thread)


@pytest.mark.parametrize(
    "command", ["exec -l app=ledger -n '*' -- id", "logs -l app=ledger -n '*'", "sh -n '*' -l a=b"]
)
async def test_containers_of_all_namespaces_are_no_way_around_a_namespaces_protection(
    shop_channel: Conversation, command: str
):
    _, thread = await shop_channel.run(command, "failed")
    assert any("a container is in one namespace" in each["text"] for each in thread)


async def test_who_may_read_no_namespaces_learns_of_none(shop_channel: Conversation):
    bob = shop_channel.as_("U0BOB")
    told = []
    for namespace in ("vault", "nosuch"):
        _, thread = await bob.run(f"ps -n {namespace}", "failed")
        told.append(thread[0]["text"].replace(namespace, "NAME"))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "command",
    [
        "inspect deploy/web --path .spec.template.spec.containers",
        "inspect deploy/web -o json --path .spec.template.spec.containers[0].env",
    ],
)  # fmt: skip
async def test_a_setting_that_looks_secret_is_hidden_however_the_api_writes_it(
    shop_channel: Conversation, command: str
):
    _, thread = await shop_channel.run(command)
    text = "\n".join(each["text"] for each in thread)
    assert "DB_PASSWORD" in text
    assert "hunter2" not in text
    assert "LOG_LEVEL" in text
    assert "info" in text


async def test_credentials_typed_for_a_request_are_in_no_public_message(shop_channel: Conversation):
    root, thread = await shop_channel.run(
        "http web:8080/health -H 'Authorization: ApiKey sesame' -H 'Cookie: sid=open'"
    )
    everything = "\n".join(each["text"] for each in [root, *thread])
    assert "Authorization: [redacted: 13 characters]" in root["text"]
    assert "sesame" not in everything
    assert "sid=open" not in everything


async def test_an_event_about_nothing_breaks_nobodys_events(shop_channel: Conversation, cluster: Administered):
    odd = """
apiVersion: v1
kind: Event
metadata: {name: odd, namespace: shop}
involvedObject: {namespace: shop}
reason: Odd
"""
    cluster.run_kubectl("create", "-f", "-", text=odd)
    try:
        root, _ = await shop_channel.run("events --types warning")
        assert "internal error" not in root["text"]
    finally:
        cluster.run_kubectl("delete", "event", "odd", "--namespace", "shop")


@pytest.mark.parametrize("path", [".data.password", ".spec.containers[0].env[0].value", ".data[0]", "data.x"])
async def test_an_order_tells_nothing_of_secrets(shop_channel: Conversation, path: str):
    await shop_channel.type(f"/cdebug get cm --sort-by {path}")
    await shop_channel.whispered("can't sort by what may be secret")


@pytest.mark.parametrize(
    "command",
    [
        "ps -n vault/pods/ledger", "ps -n ../vault", "ps -n %2e%2e", "logs pair -n 'shop/pods/pair/exec?command=id'",
        "logs '../vault/ledger'", "logs 'pair?x=1'", "logs 'pair%2flog'", "get pods -n 'shop#x'", "logs pair -n 'a b'",
    ],
)  # fmt: skip
async def test_names_are_names_and_lead_nowhere_else(shop_channel: Conversation, command: str):
    await shop_channel.type(f"/cdebug {command}")
    told = await shop_channel.until(lambda all_: [m for m in all_ if m["only_for"]], "a line")
    assert "not a name at column" in told[0]["text"] or "too many parts" in told[0]["text"]


@pytest.mark.parametrize(
    "command",
    [
        "http pair:80/ -H 'X: a\r\nImpersonate-User: admin'", "http 'pair:80/ HTTP/1.1'", "http pair:0/",
        "http pair:99999/",
        "http pair:80/ -X 'GET /x'", "http pair", "http pair:80/ -H 'Upgrade: websocket'", "http pair:80/ -H 'X: é'",
        "http pair:80/ -H 'Content-Length: 5' -d abc",
    ],
)  # fmt: skip
async def test_a_request_to_a_pod_carries_nothing_into_the_request_that_carries_it(
    shop_channel: Conversation, command: str
):
    await shop_channel.type(f"/cdebug {command}")
    await shop_channel.until(lambda all_: [m for m in all_ if m["only_for"]], "one line, and nothing sent")
    assert not [m for m in await shop_channel.messages() if m["text"].startswith(("running", "done"))]


async def test_a_namespaces_label_protects_within_seconds(shop_channel: Conversation, cluster: Administered):
    cluster.run_kubectl("create", "namespace", "moving")
    try:
        cluster.run_kubectl("create", "deployment", "mover", "--namespace=moving", "--image=cdebug/busybox:1")
        cluster.run_kubectl(
            "create", "rolebinding", "ann", "--namespace=moving", "--clusterrole=view", "--user=ann@example.com"
        )
        outside = await new_channel(shop_channel.slack)
        await outside.run("inspect moving/deploy/mover")
        cluster.run_kubectl("label", "namespace", "moving", "cdebug/protected=true")
        for _ in range(15):
            _, thread = await outside.run("inspect moving/deploy/mover", ("done", "failed"))
            if any("nothing is called" in each["text"] for each in thread):
                return
        raise AssertionError("it is not protected after fifteen questions")
    finally:
        cluster.run_kubectl("delete", "namespace", "moving", "--wait=false")
