"""The container that matters is named, also where another one was asked for or none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import Conversation, wait_until
from tests.journeys.test_cluster_look import said

OBJECTS = """
apiVersion: v1
kind: Pod
metadata: {name: unprepared, namespace: shop}
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - {name: migrate, image: "cdebug/busybox:1", command: [sh, -c, "echo no such table; exit 3"]}
  containers:
    - {name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}
---
apiVersion: v1
kind: Pod
metadata: {name: burdened, namespace: shop}
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - {name: done, image: "cdebug/busybox:1", command: ["true"]}
    - {name: mesh, image: "cdebug/busybox:1", command: [sleep, "86400"], restartPolicy: Always}
  containers:
    - {name: app, image: "cdebug/busybox:1", command: [sh, -c, "trap exit TERM; while :; do sleep 1 & wait $!; done"]}
    - {name: shipper, image: "cdebug/busybox:1", command: [sh, -c, "echo cannot ship; exit 7"]}
---
apiVersion: v1
kind: Pod
metadata: {name: looping, namespace: shop}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: app, image: "cdebug/busybox:1", command: [sh, -c, "echo begun; sleep 15; exit 4"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: doomed, namespace: shop}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: app, image: "cdebug/busybox:1", command: [sh, -c, "echo begun; sleep 86400"]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gated, namespace: shop}
spec:
  selector: {matchLabels: {app: gated}}
  template:
    metadata: {labels: {app: gated}}
    spec:
      terminationGracePeriodSeconds: 1
      readinessGates: [{conditionType: example.com/balanced}]
      containers: [{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: doubled, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: doubled}}
  template:
    metadata: {labels: {app: doubled}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {name: app, image: "cdebug/busybox:1", command: [sh, -c, "echo app; sleep 86400"]}
        - {name: second, image: "cdebug/busybox:1", command: [sh, -c, "echo second; sleep 86400"]}
"""


@pytest.fixture(scope="module", autouse=True)
def containers(cluster: Administered) -> Iterator[None]:
    with applied(cluster, OBJECTS):
        cluster.run_kubectl("rollout", "status", "deployment/doubled", "--namespace", "shop", "--timeout=60s")
        wait_until(lambda: all(_restarted(cluster, it) for it in ("unprepared", "burdened")), "both crashes", 60)
        yield


def _restarted(cluster: Administered, name: str) -> bool:
    said = cluster.run_kubectl(
        "get", "pod", name, "--namespace", "shop", "-o",
        "jsonpath={.status.initContainerStatuses[*].restartCount} {.status.containerStatuses[*].restartCount}",
    )  # fmt: skip
    return any(count != "0" for count in said.split())


@pytest.mark.parametrize(
    ("command", "ends", "shows"),
    [
        ("logs unprepared", "failed", [r"`migrate` \(init\): `-c` names one", "`migrate` is not well: (Error|Crash)"]),
        ("logs unprepared", "failed", ["PodInitializing .init container `migrate`: (Error|CrashLoopBackOff)"]),
        ("exec unprepared -- id", "failed", ["it is PodInitializing .init container `migrate`: (Error|Crash)"]),
        ("sh unprepared", "failed", ["init container `migrate`"]),
        ("logs unprepared -c migrate", "done", ["no such table"]),
        ("logs burdened", "done", [r"`shipper`, `mesh` \(sidecar\)", "`shipper` is not well: (Error|Crash)"]),
        ("logs burdened -c shipper", "done", ["cannot ship"]),
        ("exec burdened -- true", "done", [r"On container `app`. There is also `shipper`, `mesh` \(sidecar\)"]),
        ("logs deploy/doubled", "done", ["On container `app` of each pod. There is also `second`: `-c` names one."]),
    ],
)
async def test_what_it_says(shop_channel: Conversation, command: str, ends: str, shows: list[str]):
    _, text = await said(shop_channel, command, ends)
    for each in shows:
        assert re.search(each, text), f"{each!r} is not in\n{text}"
    assert "`done`" not in text


async def test_a_container_that_was_named_is_not_explained(shop_channel: Conversation):
    _, text = await said(shop_channel, "logs deploy/doubled -c second")
    assert "second" in text
    assert "There is also" not in text


async def test_a_follow_of_a_crash_loop_says_how_the_run_ended(shop_channel: Conversation, cluster: Administered):
    def state() -> str:
        path = "jsonpath={.status.containerStatuses[0].state}"
        return cluster.run_kubectl("get", "pod", "looping", "--namespace", "shop", "-o", path)

    wait_until(lambda: "running" in state(), "a run of it", 60)
    _, text = await said(shop_channel, "logs looping -f")
    assert re.search("`looping:app` has ended: exit status 4, the program's own status", text), text


async def test_a_follow_whose_pod_is_deleted_says_so(shop_channel: Conversation, cluster: Administered):
    cluster.run_kubectl("wait", "--for=condition=Ready", "pod/doomed", "--namespace", "shop", "--timeout=60s")
    await shop_channel.type("/cdebug logs doomed -f")
    await shop_channel.until(
        lambda all_: [m for m in all_ if "begun" in m["text"] and m["thread_ts"]], "its first line"
    )
    root = (await shop_channel.messages())[0]
    cluster.run_kubectl("delete", "pod", "doomed", "--namespace", "shop", "--now")
    await shop_channel.ended(root, "done")
    await shop_channel.replied(root, "was deleted. `ps` shows what took its place.")


async def test_a_readiness_gate_that_keeps_a_workload_waiting_is_named(shop_channel: Conversation):
    _, text = await said(shop_channel, "describe deploy gated")
    assert "waits for readiness gate example.com/balanced, of which nobody has said anything" in text
    _, text = await said(shop_channel, "describe pod gated")
    assert "readiness gate example.com/balanced, of which nobody has said anything" in text
