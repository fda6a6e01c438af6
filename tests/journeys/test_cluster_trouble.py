"""What isn't there, what breaks and what moves on: one clear line each."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from deploy.demo.cluster.account import sign_in
from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied, cluster_bot, pods
from tests.conftest import new_channel
from tests.harness import Conversation, Playground, Slack, wait_until
from tests.journeys.test_cluster_look import said


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("ps -n shp", "no namespace is called `shp` in `cluster`. Did you mean `shop`?"),
        ("logs shp/web", "no namespace is called `shp` in `cluster`. Did you mean `shop`?"),
        ("logs chekout", "nothing is called `chekout` in `cluster/shop`. Did you mean `checkout-"),
        ("describe deploy wbe", "nothing is called `wbe` in `cluster/shop`. Did you mean `web`?"),
        (
            "logs pair -c prox",
            "no container is called `prox` in `cluster/shop/pair`. Choose one of `app`, `proxy`",
        ),
        ("logs search", r"cannot read logs of .*: Pending \(0/1 nodes are available: .*Insufficient cpu.*events"),
        ("exec search -- id", r"it is Pending \(0/1 nodes are available: .*Insufficient cpu"),
        ("logs catalog", r"(ImagePullBackOff|ErrImagePull) \(.*registry.invalid/catalog:2"),
        ("exec catalog -- id", r"it is (ImagePullBackOff|ErrImagePull) \("),
        ("logs pair --previous", "no previous run of `cluster/shop/pair:app`: it was never restarted."),
        ("sh bare", "no shell is in `cluster/shop/bare:app`.*`debug"),
        ("exec bare -- id", "there is no `id` in `cluster/shop/bare:app`.*`debug"),
        ("cat bare /etc/passwd", "its image has no shell.*`debug"),
        ("cp plain:/nowhere", "nothing is at `/nowhere` in `cluster/shop/plain:app`"),
        ("exec pair --user root -- id", "a command runs as the container's own user"),
        ("logs payments", "nothing is called `payments`"),
        ("get secrets", "cdebug never reads secrets"),
        ("describe secret/x", "cdebug never reads secrets"),
        ("logs nightly", "a cron job has no pods of its own"),
        ("http pair:9/x", "nothing listens on that port"),
    ],
)
async def test_bad_input_gets_one_line(shop_channel: Conversation, command: str, line: str):
    _, text = await said(shop_channel, command, "failed")
    assert re.search(line, text), f"{line!r} is not\n{text}"


async def test_a_pod_that_was_replaced_is_followed_to_its_successor(shop_channel: Conversation, cluster: Administered):
    old = pods(cluster, "cart")[0]["metadata"]["name"]
    root, _ = await shop_channel.run(f"logs {old}")
    cluster.run_kubectl("delete", "pod", old, "--namespace", "shop", "--wait=true")
    wait_until(lambda: _running(cluster, "cart"), "the successor")
    await shop_channel.type("@cdebug logs", thread=root["ts"])
    new = pods(cluster, "cart")[0]["metadata"]["name"]
    await shop_channel.replied(root, f"`{old}` is gone: this is `{new}`, which took its place.")


def _running(cluster: Administered, app: str) -> bool:
    return any(pod["status"]["phase"] == "Running" for pod in pods(cluster, app))


BROKEN = """
apiVersion: v1
kind: Pod
metadata: {name: half, namespace: shop, labels: {app: pair}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: cdebug/busybox:1
      command: [sleep, "60"]
      env: [{name: X, valueFrom: {configMapKeyRef: {name: nowhere, key: x}}}]
"""


async def test_one_pod_that_cant_begin_keeps_nobody_from_reading_the_others(
    shop_channel: Conversation, cluster: Administered
):
    with applied(cluster, BROKEN):
        wait_until(lambda: "ConfigError" in cluster.run_kubectl("get", "pod", "half", "-n", "shop"), "its error", 30)
        _, text = await said(shop_channel, "logs -l app=pair --tail 1")
        assert "pair │ from app" in text
        assert re.search(r"cannot read logs of `cluster/shop/half:app`: CreateContainerConfigError", text), text


async def test_a_file_that_cant_be_read_is_not_called_empty(shop_channel: Conversation):
    _, text = await said(shop_channel, "cp plain:/proc/1/mem", "failed")
    assert "cannot read `/proc/1/mem` in `cluster/shop/plain:app`" in text


async def test_a_workloads_name_means_a_ready_pod_of_it_and_says_which(
    shop_channel: Conversation, cluster: Administered
):
    names = {pod["metadata"]["name"] for pod in pods(cluster, "web")}
    _, text = await said(shop_channel, "exec deploy/web -- hostname")
    chosen = re.search(r"On pod `(\S+)`, container `web`", text)
    assert chosen
    assert chosen[1] in names
    assert f"\n{chosen[1]}\n" in text


async def test_a_node_that_is_gone_is_one_line(shop_channel: Conversation, own_cluster: Cluster):
    gone, broken = "its node does not answer the cluster", "the connection to the cluster broke off"
    try:
        with own_cluster.without_kubelet():
            for command in ("logs pair", "exec pair -- id", "http pair:80/"):
                _, text = await said(shop_channel, command, "failed")
                assert gone in text, command
            _, text = await said(shop_channel, "sh pair", "failed")
            assert gone in text or broken in text  # what is typed into it may meet the end before the reason comes
    finally:
        await _answers_again(shop_channel)


async def _answers_again(channel: Conversation) -> None:
    """A kubelet that has just begun knows of no pod yet."""
    for _ in range(30):
        root, _ = await channel.run("exec pair -- id", ("done", "failed"))
        if root["text"].startswith("done"):
            return
        await asyncio.sleep(1)
    raise AssertionError("it does not answer again")


async def test_an_api_server_that_restarts_in_the_middle_of_a_stream_is_one_line_and_then_forgotten(
    shop_channel: Conversation, own_cluster: Cluster
):
    await shop_channel.type("/cdebug logs pair -f --tail 1")
    root = await shop_channel.until(
        lambda all_: next((m for m in all_ if not m["thread_ts"] and m["text"].startswith("running")), None), "the root"
    )
    await shop_channel.replied(root, "from app")
    own_cluster.restart_apiserver()
    await shop_channel.ended(root, "failed", patience_s=40)
    await shop_channel.replied(root, "the cluster of `cluster` can't be reached")
    _, text = await said(shop_channel, "ps pair")
    assert "2/2" in text


async def test_a_token_that_is_no_longer_good_is_one_line_and_a_new_one_is_taken_up(
    cluster: Administered, tmp_path: Path
):
    account = ("serviceaccount", "second", "--namespace", "cdebug")
    playground = Playground(tmp_path)
    cluster.run_kubectl("create", *account)
    cluster.run_kubectl(
        "create", "clusterrolebinding", "second", "--clusterrole=cdebug", "--serviceaccount=cdebug:second"
    )
    bot = cluster_bot(cluster, tmp_path, playground.base, account="second")
    driver = Slack(playground.base)
    try:
        channel = await new_channel(driver, name="C0LISTED1")
        cluster.run_kubectl("delete", *account)
        assert "does not accept cdebug's credentials" in await _once_refused(channel)
        cluster.run_kubectl("create", *account)
        sign_in(cluster, tmp_path / "bot.kubeconfig", "second")
        _, text = await said(channel, "ps pair")
        assert "2/2" in text
    finally:
        await driver.close()
        bot.end()
        playground.end()
        cluster.run_kubectl("delete", "clusterrolebinding", "second")


async def _once_refused(channel: Conversation) -> str:
    """The API server believes a token that it has just seen for ten seconds more."""
    for _ in range(20):
        root, _ = await channel.run("ps pair", ("done", "failed"))
        if root["text"].startswith("failed"):
            return str(root["text"])
        await asyncio.sleep(1)
    return ""
