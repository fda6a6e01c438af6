"""A real cluster: first results beside kubectl on the same cluster, and finding a name among ten thousand pods."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.backends.kubernetes import ClusterAt, Kubernetes, connect
from bot.backends.kubernetes.names import Names
from bot.core.person import Person
from bot.core.takes import one
from bot.core.target import TargetRef
from deploy.demo.cluster.cluster import Cluster
from tests.bench.answers import timed
from tests.cluster.world import apply_shop, cluster_bot
from tests.harness import Playground

Row = tuple[str, str, str, str, str]
_TURNS, _ROUNDS = 3, 7
_CROWD, _SPACE = (10, 1_000, 10_000), "crowd"
_AT_ONCE = 48
PAIRS = (
    ("ps", ["get", "pods"], 0.5),
    ("logs pair --tail 100", ["logs", "pair", "--tail=100"], 0.5),
    ("describe pod/pair", ["describe", "pod", "pair"], 0.5),
    ("exec pair -- true", ["exec", "pair", "--", "true"], 0.9),
)


def compare(folder: Path, engine: str) -> list[Row]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    with Cluster() as cluster:
        apply_shop(cluster)
        return [*_first_results(cluster, folder), *_finding(cluster)]


def _first_results(cluster: Cluster, folder: Path) -> list[Row]:
    playground = Playground(folder)
    bot = cluster_bot(cluster, folder, playground.base)
    rows: list[Row] = []
    try:
        for command, words, goal in PAIRS:
            mine: list[float] = []
            cli: list[float] = []
            for _ in range(_TURNS):  # in turns: a machine that changes its pace changes it for both
                mine += asyncio.run(timed(playground.base, command))
                cli += [_kubectl(cluster, words) for _ in range(_ROUNDS)]
            us, them = statistics.median(mine), statistics.median(cli)
            row = (f"first result in a cluster, `{command}`", f"{1000 * us:.0f} ms", f"{1000 * them:.0f} ms")
            rows.append((*row, f"{us / them:.2f}×", f"≤ {goal}×"))
    finally:
        bot.end()
        playground.end()
    return rows


def _kubectl(cluster: Cluster, words: list[str]) -> float:
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", "--namespace=shop", *words]
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def _finding(cluster: Cluster) -> list[Row]:
    cluster.run_kubectl("create", "namespace", _SPACE)
    rows: list[Row] = []
    made = 0
    for count in _CROWD:
        asyncio.run(_crowd(cluster, made, count))
        made = count
        command = [sys.executable, "-m", "tests.bench.cluster", str(cluster.kubeconfig), str(count)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout
        prefix, alike, cold, memory = said.split()
        cpu = f"{prefix} ms, {alike} ms"
        rows.append((f"own CPU to find one, and a lookalike, of {count:,} pods", cpu, "-", "-", "≤ 50 ms"))
        rows.append((f"the watch of {count:,} pods: ready after, memory", f"{cold} ms, {memory} MiB", "-", "-", "-"))
    return rows


async def _crowd(cluster: Cluster, first: int, count: int) -> None:
    """Pods that nobody schedules: objects of the API alone."""
    async with _connected(cluster.kubeconfig) as context:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def make(number: int) -> None:
            async with gate:
                path = f"/api/v1/namespaces/{_SPACE}/pods"
                await context.context.own.post("make", number, path, _pod(number))

        async with asyncio.TaskGroup() as group:
            for number in range(first, count):
                group.create_task(make(number))


def _pod(number: int) -> dict[str, Any]:
    app = f"service-{number // 10:04}"
    labels = {"app": app, "pod-template-hash": f"{number:05x}", "team": f"team-{number % 40}"}
    container = {"name": "app", "image": "cdebug/busybox:1", "command": ["sleep", "3600"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{app}-{number:05x}-{number % 7919:05}", "labels": labels},
        "spec": {"schedulerName": "nobody", "containers": [container]},
    }


@asynccontextmanager
async def _connected(kubeconfig: Path) -> AsyncIterator[Kubernetes]:
    context = connect("bench", ClusterAt(str(kubeconfig)), namespace=_SPACE, impersonate=False)
    try:
        yield context
    finally:
        await context.close()


async def _measure(kubeconfig: Path, count: int) -> None:
    """In a process of its own: milliseconds of CPU for a prefix and for a lookalike, cold wall time, and memory."""
    async with _connected(kubeconfig) as context:
        await context.ping()
        started = time.perf_counter()
        keeping = asyncio.create_task(context.keep())
        await context.context.names.settled(120)
        cold = 1000 * (time.perf_counter() - started)
        seen = context.seen_by(Person("T", "U", "bench"), lambda thing: True)
        last = _pod(count - 1)["metadata"]["name"]
        times = []
        for name in (last[:-3], last[:-5].replace("service", "servcie")):
            spent = []
            for _ in range(_ROUNDS):
                started = time.process_time()
                found = await seen.find(TargetRef(name, namespace=_SPACE, kind="pod"), one("container"))
                spent.append(1000 * (time.process_time() - started))
            assert found.matches or found.alike
            times.append(statistics.median(spent))
        keeping.cancel()
        print(f"{times[0]:.1f} {times[1]:.1f} {cold:.0f} {await _memory(context):.1f}")


async def _memory(context: Kubernetes) -> float:
    """MiB that another watch of the same pods holds once it is ready."""
    names = Names(context.context.own)
    tracemalloc.start()
    keeping = asyncio.create_task(names.keep())
    await names.settled(120)
    held, _ = tracemalloc.get_traced_memory()
    keeping.cancel()
    return held / 2**20


if __name__ == "__main__":
    asyncio.run(_measure(Path(sys.argv[1]), int(sys.argv[2])))
