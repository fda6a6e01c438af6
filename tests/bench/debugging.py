"""A debug container in a pod beside `kubectl debug` for the same: the first one, and a second command in it."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import time
from pathlib import Path

from deploy.demo.cluster.cluster import Cluster
from deploy.toolbox.build import build
from tests.bench.cluster import Row
from tests.cluster.world import applied, cluster_bot
from tests.harness import Conversation, Json, Playground, Slack

_ROUNDS = 5
_QUIET_S = 3.0  # a kubelet starts nothing in a pod before it has looked at what ended there, once a second
_SAID = "it-is-done"
_OPEN = '@id("all") permit (principal, action, resource);'
_OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: patient, namespace: shop}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: sre}]
"""


def compare(folder: Path, engine: str) -> list[Row]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    with Cluster() as cluster:
        cluster.load(build())
        with applied(cluster, _OBJECTS):
            cluster.run_kubectl("wait", "--for=condition=Ready", "pod/patient", "--namespace", "shop", "--timeout=60s")
            return _rows(cluster, folder)


def _rows(cluster: Cluster, folder: Path) -> list[Row]:
    policy = folder / "policy.cedar"
    policy.write_text(_OPEN)
    playground = Playground(folder)
    bot = cluster_bot(cluster, folder, playground.base, policy=str(policy))
    try:
        first, again, theirs = list[float](), list[float](), list[float]()
        for number in range(_ROUNDS + 1):  # in turns: a machine that changes its pace changes it for both
            asked = f"/cdebug debug patient --for {600 + number}s -- echo {_SAID}"
            time.sleep(_QUIET_S)
            mine = (asyncio.run(_timed(playground.base, asked)), asyncio.run(_timed(playground.base, asked)))
            time.sleep(_QUIET_S)
            kubectl = _kubectl(cluster)
            if number:  # the first of each warms what it needs
                first.append(mine[0])
                again.append(mine[1])
                theirs.append(kubectl)
        them = statistics.median(theirs)
        return [
            _row("`debug POD -- echo`, until its line is in the thread", statistics.median(first), them, "≤ 0.7×"),
            _row("the same again, in the container that is there", statistics.median(again), them, "≤ 0.2×"),
        ]
    finally:
        bot.end()
        playground.end()


def _row(what: str, us: float, them: float, goal: str) -> Row:
    return (what, f"{1000 * us:.0f} ms", f"{1000 * them:.0f} ms", f"{us / them:.2f}×", goal)


async def _timed(base: str, command: str) -> float:
    """Seconds from the payload leaving the workspace to the command's own line standing in the thread."""
    slack = Slack(base)
    try:
        name = f"C0B{time.time_ns()}"
        await slack.post("/_/channels", id=name, name=name.lower(), members=["U0ANN", "U0CDEBUG"])
        channel = Conversation(slack, name)
        started = time.time()
        await channel.type(command)
        said: Json = await channel.until(
            lambda all_: next((it for it in all_ if it["thread_ts"] and _SAID in it["text"]), None), "its line", 60
        )
        return float(said["at"]) - started
    finally:
        await slack.close()


def _kubectl(cluster: Cluster) -> float:
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", "--namespace=shop", "debug", "patient"]
    command += ["--image=docker.io/library/cdebug-toolbox:latest", "--image-pull-policy=IfNotPresent", "--target=app"]
    command += ["--profile=general", "--attach=true", "--quiet", "--", "echo", _SAID]
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - started
