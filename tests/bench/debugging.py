"""A debug container in a pod beside `kubectl debug`, the first and a second command in it; a card beside a diff."""

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
_POLICY = """
@id("all") permit (principal, action, resource);
@id("asked") forbid (principal, action == Action::"set image", resource) unless { context.approvals >= 1 };
"""
_WARD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ward, namespace: shop}
spec:
  replicas: 0
  selector: {matchLabels: {app: ward}}
  template:
    metadata: {labels: {app: ward}}
    spec: {containers: [{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}]}
"""
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
        with applied(cluster, f"{_OBJECTS}---{_WARD}"):
            cluster.run_kubectl("wait", "--for=condition=Ready", "pod/patient", "--namespace", "shop", "--timeout=60s")
            return _rows(cluster, folder)


def _rows(cluster: Cluster, folder: Path) -> list[Row]:
    policy = folder / "policy.cedar"
    policy.write_text(_POLICY)
    playground = Playground(folder)
    bot = cluster_bot(cluster, folder, playground.base, policy=str(policy))
    try:
        first, again, theirs = list[float](), list[float](), list[float]()
        for number in range(_ROUNDS + 1):  # in turns: a machine that changes its pace changes it for both
            asked = f"/cdebug debug patient --for {600 + number}s -- echo {_SAID}"
            time.sleep(_QUIET_S)
            mine = [asyncio.run(_timed(playground.base, asked, _SAID)) for _ in range(2)]
            time.sleep(_QUIET_S)
            kubectl = _kubectl(cluster)
            if number:  # the first of each warms what it needs
                first.append(mine[0])
                again.append(mine[1])
                theirs.append(kubectl)
        them = statistics.median(theirs)
        card, diff = _cards(cluster, playground.base)
        return [
            _row("`debug POD -- echo`, until its line is in the thread", statistics.median(first), them, "≤ 0.7×"),
            _row("the same again, in the container that is there", statistics.median(again), them, "≤ 0.2×"),
            _row("`set image`, until its card with the diff is there", card, diff, "≤ 1.0×"),
        ]
    finally:
        bot.end()
        playground.end()


def _cards(cluster: Cluster, base: str) -> tuple[float, float]:
    """Seconds until the card stands, and of `kubectl diff`, in turns."""
    ours, theirs = list[float](), list[float]()
    for number in range(2 * _ROUNDS + 1):
        image = f"cdebug/busybox:{number + 2}"
        asked = f"/cdebug set image deploy/ward app={image}"
        mine, kubectl = asyncio.run(_timed(base, asked, image, "Approval needed")), _diff(cluster, image)
        if number:
            ours.append(mine)
            theirs.append(kubectl)
    return statistics.median(ours), statistics.median(theirs)


def _diff(cluster: Cluster, image: str) -> float:
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", "diff", "-f", "-"]
    started = time.perf_counter()
    done = subprocess.run(
        command, input=_WARD.replace("cdebug/busybox:1", image), capture_output=True, check=False, text=True
    )
    assert image in done.stdout, done.stderr
    return time.perf_counter() - started


def _row(what: str, us: float, them: float, goal: str) -> Row:
    return (what, f"{1000 * us:.0f} ms", f"{1000 * them:.0f} ms", f"{us / them:.2f}×", goal)


async def _timed(base: str, command: str, *holding: str) -> float:
    """Seconds from the payload leaving the workspace to a message that holds these texts standing in the thread."""
    slack = Slack(base)
    try:
        name = f"C0B{time.time_ns()}"
        await slack.post("/_/channels", id=name, name=name.lower(), members=["U0ANN", "U0CDEBUG"])
        channel = Conversation(slack, name)
        started = time.time()
        await channel.type(command)
        said: Json = await channel.until(
            lambda all_: next(
                (it for it in all_ if it["thread_ts"] and all(text in it["text"] for text in holding)), None
            ),
            f"{holding}",
            60,
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
