"""Changing what makes pods, asked for, approved and followed as people do it, and undone exactly, on a real cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied, cluster_bot
from tests.conftest import new_channel
from tests.harness import Conversation, Json, Playground, Slack, approved, asked, temporary_folder

SCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hidden-name, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ebb}, minReplicas: 1, maxReplicas: 4}
"""


def workload(name: str, kind: str = "Deployment", **more: Json) -> str:
    """One pod, which ends at once when it is told to."""
    env = [{"name": "LEVEL", "value": "info"}]
    container = {"name": "app", "image": "cdebug/busybox:1", "command": ["sleep", "86400"], "env": env}
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 0}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    spec |= {"serviceName": name} if kind == "StatefulSet" else {}
    metadata = {"name": name, "namespace": "shop", **more}
    return yaml.safe_dump({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec})


POD = """
apiVersion: v1
kind: Pod
metadata: {name: buoy, namespace: shop}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - {name: app, image: "cdebug/busybox:1", command: [sleep, "86400"], resources: {requests: {cpu: 10m}}}
"""
OF_HELM: Json = {"annotations": {"meta.helm.sh/release-name": "sea"}}
SEA = "---\n".join((workload("tide"), workload("ebb", **OF_HELM), workload("surf", "StatefulSet"), SCALER, POD))


@pytest.fixture(scope="module")
def sea(cluster: Administered) -> Iterator[Administered]:
    """Workloads of these tests' own: one that Helm and an autoscaler decide on, too, and a stateful one."""
    with applied(cluster, SEA):
        for name in ("deployment/tide", "deployment/ebb", "statefulset/surf"):
            cluster.run_kubectl("rollout", "status", name, "--namespace", "shop", "--timeout=60s")
        yield cluster


def seen(cluster: Administered, name: str) -> Json:
    found: Json = yaml.safe_load(cluster.run_kubectl("get", name, "--namespace", "shop", "-o", "yaml"))
    return found


def container(cluster: Administered, name: str) -> Json:
    found: Json = seen(cluster, name)["spec"]["template"]["spec"]["containers"][0]
    return found


async def test_the_card_shows_what_the_server_would_do_and_who_else_decides(
    shop_channel: Conversation, sea: Administered
):
    _, card = await asked(shop_channel, "scale deploy/ebb --replicas 2 --for 30m")
    shown = str(card["blocks"])
    for said in (
        "spec.replicas", "1 → 2", "1 more pod", "Helm: puts it back", "an autoscaler holds it between 1 and 4",
        "is undone by itself", "after 30m",
    ):  # fmt: skip
        assert said in shown, shown
    assert "hidden-name" not in shown
    assert seen(sea, "deploy/ebb")["spec"]["replicas"] == 1
    await shop_channel.press(card, "Deny")


async def test_a_change_that_stays_is_done_followed_and_said_how_to_put_back(
    shop_channel: Conversation, sea: Administered
):
    text = await approved(shop_channel, "kubectl scale --replicas=2 deployment/tide")
    assert "Rolled out: 2 pods, new and ready" in text
    assert "`scale shop/deployment/tide --replicas 1` puts it back" in text
    assert seen(sea, "deploy/tide")["status"]["readyReplicas"] == 2

    text = await approved(shop_channel, "scale deploy/tide --replicas 0")
    assert "both pods end: nothing is left that serves" in text
    assert "Rolled out: no pod is left" in text


async def test_variables_and_limits_are_set_and_the_revision_before_comes_back(
    shop_channel: Conversation, sea: Administered
):
    slack = shop_channel.slack  # a channel for each command: Slack takes a message per second in one
    text = await approved(
        await new_channel(slack), "set env deploy/tide LEVEL=debug API_TOKEN=sk_live_1234567890abcdef --no-wait"
    )
    assert '"info" → "debug"' in text
    assert "sk_live" not in text
    assert [it["name"] for it in container(sea, "deploy/tide")["env"]] == ["LEVEL", "API_TOKEN"]

    await approved(await new_channel(slack), "set resources deploy/tide --limits memory=32Mi -c app --no-wait")
    assert container(sea, "deploy/tide")["resources"] == {"limits": {"memory": "32Mi"}}

    root, _ = await shop_channel.run("rollout history deploy/tide")
    (table,) = [m["text"] for m in await shop_channel.thread(root) if "REVISION" in m["text"]]
    assert re.search(r"3 \(now\).*resources", table)
    assert re.search(r"\n2 .*env", table)

    text = await approved(await new_channel(slack), "rollout undo deployment/tide --to-revision 1 --no-wait")
    assert "[redacted" in text
    assert "sk_live" not in text
    assert container(sea, "deploy/tide")["env"] == [{"name": "LEVEL", "value": "info"}]
    assert container(sea, "deploy/tide")["resources"] == {}


async def test_a_rollout_that_is_stuck_names_its_pod_and_clean_puts_it_back(
    shop_channel: Conversation, sea: Administered
):
    before = seen(sea, "deploy/ebb")
    root, card = await asked(shop_channel, "set image deploy/ebb app=registry.invalid/ebb:2 --for 30m")
    assert "registry.invalid/ebb:2" in str(card["blocks"])
    await shop_channel.as_("U0BOB").press(card, "Approve")
    root = await shop_channel.ended(root, "failed", patience_s=60)
    told = await shop_channel.replied(root, "the rollout is stuck:")
    assert re.search(r"pod ebb-[a-z0-9-]+: app waiting: (ErrImagePull|ImagePullBackOff)", told["text"])

    await shop_channel.type("/cdebug clean")
    await shop_channel.whispered("cluster/shop/deployment/ebb")
    await shop_channel.type("/cdebug clean shop/deployment/ebb")
    await shop_channel.whispered("1 removed.")

    await shop_channel.replied(root, "is undone.")
    after = seen(sea, "deploy/ebb")
    assert after["spec"] == before["spec"]
    assert after["metadata"].get("labels") == before["metadata"].get("labels")
    assert not [name for name in after["metadata"]["annotations"] if name.startswith("cdebug")]


async def test_an_undo_leaves_what_somebody_else_has_changed_and_says_who(
    shop_channel: Conversation, sea: Administered
):
    root, card = await asked(shop_channel, "scale deploy/ebb --replicas 2 --for 30m --no-wait")
    await shop_channel.as_("U0BOB").press(card, "Approve")
    await shop_channel.ended(root, "done")
    sea.run_kubectl("scale", "deployment/ebb", "--replicas=3", "--namespace", "shop")

    await shop_channel.type("/cdebug clean ebb")

    said = await shop_channel.replied(root, "is not undone, and left as it is")
    assert "spec.replicas was changed since, by kubectl" in said["text"]
    assert seen(sea, "deploy/ebb")["spec"]["replicas"] == 3
    assert "cdebug/made" not in (seen(sea, "deploy/ebb")["metadata"].get("labels") or {})


async def test_a_change_for_a_while_is_undone_though_the_bot_was_killed(sea: Administered):
    with temporary_folder() as folder:
        playground = Playground(folder)
        bot = cluster_bot(sea, folder, playground.base)
        slack = Slack(playground.base)
        channel = await new_channel(slack, name="C0LISTED0")
        root, card = await asked(channel, "scale statefulset/surf --replicas 2 --for 10s --no-wait")
        await channel.as_("U0BOB").press(card, "Approve")
        await channel.replied(root, "Changed: spec.replicas")
        bot.process.kill()
        bot.process.end()
        assert seen(sea, "statefulset/surf")["spec"]["replicas"] == 2

        bot.start()

        await channel.until(
            lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"] and "is undone." in m["text"]], "undone", 40
        )
        assert seen(sea, "statefulset/surf")["spec"]["replicas"] == 1
        await slack.close()
        bot.end()
        playground.end()


async def test_a_sidecar_sees_the_processes_of_its_pod_until_it_is_taken_out(
    shop_channel: Conversation, sea: Administered
):
    before = seen(sea, "deploy/ebb")["spec"]
    root, card = await asked(shop_channel, "sidecar deploy/ebb --image cdebug/busybox:1 --as 0")
    shown = str(card["blocks"])
    for said in ("SYS_PTRACE", "shareProcessNamespace", "nobody is asked for that", "after 30m"):
        assert said in shown, shown
    await shop_channel.as_("U0BOB").press(card, "Approve")
    await shop_channel.replied(root, "Rolled out: ")  # as many pods as the tests before have left it

    _, thread = await shop_channel.run("exec deploy/ebb -c cdebug-sidecar -- ps")
    assert "sleep 86400" in str(thread)

    await shop_channel.type("/cdebug clean deploy/ebb")
    await shop_channel.replied(root, "is undone.")
    assert seen(sea, "deploy/ebb")["spec"] == before


async def test_what_a_running_pod_may_use_is_changed_in_place(shop_channel: Conversation, sea: Administered):
    text = await approved(shop_channel, "set resources pod/buoy --requests cpu=11m")
    assert "it goes on running" in text
    pod = seen(sea, "pod/buoy")
    assert pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "11m"
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0


async def test_a_stateful_set_is_restarted_and_its_rollout_followed(shop_channel: Conversation, sea: Administered):
    text = await approved(shop_channel, "rollout restart statefulset/surf")
    assert "the only pod is replaced" in text
    assert "Rolled out: 1 pod, new and ready" in text
    root, _ = await shop_channel.run("rollout history sts/surf")
    assert "2 (now)" in str([m["text"] for m in await shop_channel.thread(root)])


async def test_a_deployment_is_paused_and_resumed(shop_channel: Conversation, sea: Administered):
    assert "later changes wait until it is resumed" in await approved(shop_channel, "rollout pause deploy/ebb")
    await shop_channel.run("rollout undo deploy/ebb", ends="failed")
    root, _ = await shop_channel.run("rollout status deploy/ebb")
    assert "Not rolled out: it is paused" in str(await shop_channel.thread(root))
    await approved(shop_channel, "rollout resume deploy/ebb")
    assert "paused" not in seen(sea, "deploy/ebb")["spec"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("rollout status deploy/catalog", r"the rollout is stuck:.*pod catalog-.*: app waiting: (Err|Image)"),
        ("rollout status pod/bare", "takes a deployment, statefulset or daemonset, not `pod/bare`"),
        ("rollout undo deploy/web --to-revision 9", "no revision 9 of.*what is kept: 1"),
        ("rollout undo deploy/web", "no other revision is kept of"),
        ("scale ds/agent --replicas 2", "takes a deployment or statefulset, not `daemonset/agent`"),
        ("scale deploy/web --replicas 2", "nothing to change on.*it is so already"),
        ("set image deploy/web nosuch=web:2", "no container is called `nosuch`.*It has `web`"),
        ("set env deploy/web NOSUCH-", "no container has a variable `NOSUCH`"),
        ("set resources deploy/web --limits memory=1xx", "quantities must match"),
        ("set resources deploy/web --limits memory=1Mi", "must be less than or equal to"),
        ("rollout", "Choose one of `rollout history`"),
        ("kubectl delete pod web", "It changes workloads by `scale`, `set` and `rollout`"),
    ],
)
async def test_what_cant_be_done_is_said_before_anybody_is_asked(shop_channel: Conversation, command: str, says: str):
    await shop_channel.type(f"/cdebug {command}")
    await shop_channel.until(lambda all_: re.search(says, str(all_), re.DOTALL), says, 30)
    assert "Approve" not in str(await shop_channel.messages())


async def test_who_may_not_change_it_is_refused_by_the_cluster_itself(shop_channel: Conversation, sea: Administered):
    before = seen(sea, "deploy/web")["metadata"]["generation"]
    root, _ = await shop_channel.as_("U0BOB").run("scale deploy/web --replicas 5", ends="failed")
    assert 'User "bob@example.com" cannot' in str(await shop_channel.thread(root)) + root["text"]
    assert seen(sea, "deploy/web")["metadata"]["generation"] == before


async def test_can_names_the_rights_that_it_takes(shop_channel: Conversation):
    await shop_channel.type("/cdebug can scale deploy/web --replicas 3")
    await shop_channel.whispered("ask for 1")
    await shop_channel.as_("U0BOB").type("/cdebug can rollout status deploy/web")
    await shop_channel.as_("U0BOB").whispered('cannot get resource "deployments"')
