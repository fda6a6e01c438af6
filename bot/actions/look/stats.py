"""`stats`: what containers use, now or over a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.actions.kit import usage
from bot.actions.kit.anywhere import Anywhere
from bot.core.action import Duration, Inside, MultiTargetedAction, Shown, option
from bot.core.bench import Bench
from bot.core.errors import NotRunning, UsageError
from bot.core.output import Chart, Note, Output, Panel, Progress, Table
from bot.core.ports.usage import Sample, StatsPort, Usage, UsagesPort
from bot.core.takes import many
from bot.core.target import Container, Node, Objects
from bot.core.units import show_bytes, show_duration
from bot.together import gather

_COLUMNS = ("NAME", "CPU", "MEMORY", "LIMIT", "MEM %", "NET IN/OUT", "DISK R/W", "PIDS")
_LONGEST = timedelta(minutes=10)
_MOST_LINES = 10
_MIB = 2**20
_EVERY_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Stats(
    Anywhere,
    Inside,
    MultiTargetedAction,
    verb="stats",
    aliases=("top pod", "top pods"),
    takes=many("container", listed=True),
    rights=("list pods", "list pods.metrics.k8s.io"),
    examples=("stats", "stats web", "stats web --for 30s", "stats --sort-by memory", "top node"),
):
    """Show the processor, memory, network and disk use of one, several or all running containers.

    In a cluster: of pods, containers or nodes, beside what they asked for and may have, as its metrics API measured
    it last. With `--for` it watches for that long and draws a chart.
    """

    over: Annotated[
        Duration | None, option("--for", help="watch for this long and draw a chart, as `10s`"), Shown("DURATION")
    ] = None
    sort_by: Annotated[str, option("--sort-by", help="`cpu`, `memory` or `name`"), Shown("COLUMN")] = "name"
    containers: Annotated[bool, option("--containers", help="each container of a pod by itself")] = False
    nodes: Annotated[bool, option("--nodes", help="the machines of a cluster; `top node` says the same")] = False

    def __post_init__(self) -> None:
        if self.over and not timedelta(seconds=3) <= self.over <= _LONGEST:
            raise UsageError("`--for` takes 3s to 10m", hint="Try `--for 30s`.")
        if self.sort_by not in ("cpu", "memory", "name"):
            raise UsageError("can't sort by", self.sort_by, hint="Choose `cpu`, `memory` or `name`.")

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("node",) if self.nodes else ()

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        if bench.has(UsagesPort):
            measured = self._in_cluster(found, bench.port(UsagesPort))
        else:
            measured = self._live(found, bench.port(StatsPort))
        async with aclosing(measured) as outputs:
            async for output in outputs:
                yield output

    async def _in_cluster(self, found: Objects, engine: UsagesPort) -> AsyncGenerator[Output, None]:
        """The metrics API measures every fifteen seconds or so: a while shorter than that has one point."""
        if not found.items:
            yield Note(f"Nothing is running in `{found.scope}`.")
            return
        rounds = [(0.0, await self._usages(found, engine))]
        if self.over:
            yield Progress(f"measuring for {show_duration(self.over.total_seconds())}")
            start, seconds = asyncio.get_running_loop().time(), self.over.total_seconds()
            while (at := asyncio.get_running_loop().time() - start) < seconds:
                await asyncio.sleep(min(_EVERY_S, seconds - at))
                rounds.append((asyncio.get_running_loop().time() - start, await self._usages(found, engine)))
        last = rounds[-1][1]
        if last:
            nodes = isinstance(found.items[0], Node)
            yield usage.table(usage.ordered(last, self.sort_by), nodes=nodes, containers=self.containers)
        if missing := sorted({item.name for item in found.items} - {it.name for it in last}):
            yield Note(f"Not measured, because it has just started or is not running: {', '.join(missing[:10])}.")
        if self.over and last:
            yield usage.chart(rounds, f"{found.scope} over {show_duration(self.over.total_seconds())}")

    async def _usages(self, found: Objects, engine: UsagesPort) -> list[Usage]:
        measured = await engine.usages(found.items)
        return measured if self.containers else usage.by_pod(measured)

    async def _live(self, found: Objects, engine: StatsPort) -> AsyncGenerator[Output, None]:
        running = [item for item in found.items if isinstance(item, Container) and item.state == "running"]
        if not running and len(found.items) == 1:
            raise NotRunning(
                "cannot measure", found.items[0], why=f"it is {_state(found.items[0])}", hint="`describe` says why."
            )
        if not running:
            yield Note(f"`{found.scope}` has no running containers.")
            return
        watched = running[:_MOST_LINES] if self.over else running
        if self.over:
            yield Progress(f"measuring for {show_duration(self.over.total_seconds())}")
        seconds = self.over.total_seconds() if self.over else 0.0
        measured = await gather(_measure(engine, container, seconds) for container in watched)
        pairs = [(name, samples) for name, samples in measured if samples]
        if pairs:
            yield Table(_COLUMNS, [_row(name, samples[-1]) for name, samples in self._sorted(pairs)])
        if ended := [name for name, samples in measured if not samples]:
            yield Note(f"Ended while it was measured: {', '.join(f'`{name}`' for name in ended)}. `describe` says why.")
        if self.over and pairs:
            yield _chart(pairs, f"{', '.join(name for name, _ in pairs)} over {show_duration(seconds)}")
        if len(watched) < len(running):
            yield Note(f"{len(running) - len(watched)} more are running: a chart shows {_MOST_LINES} at most.")

    def _sorted(self, pairs: list[tuple[str, list[Sample]]]) -> list[tuple[str, list[Sample]]]:
        if self.sort_by == "name":
            return sorted(pairs, key=lambda pair: pair[0])
        return sorted(pairs, key=lambda pair: getattr(pair[1][-1], self.sort_by), reverse=True)


def _state(item: object) -> str:
    return item.state if isinstance(item, Container) else "gone"


async def _measure(engine: StatsPort, container: Container, seconds: float) -> tuple[str, list[Sample]]:
    """The samples of a while, or one where it is zero."""
    samples: list[Sample] = []
    try:
        async with asyncio.timeout(seconds or None), aclosing(engine.samples(container)) as stream:
            async for sample in stream:
                samples.append(sample)
                if not seconds:
                    break
    except TimeoutError:
        pass  # the while is over
    return container.name, samples


def _row(name: str, sample: Sample) -> tuple[str, ...]:
    share = f"{100 * sample.memory / sample.memory_limit:.1f}%" if sample.memory_limit else "-"
    return (
        name,
        f"{sample.cpu:.1f}%",
        show_bytes(sample.memory),
        show_bytes(sample.memory_limit) if sample.memory_limit else "none",
        share,
        f"{show_bytes(sample.received)} / {show_bytes(sample.sent)}",
        f"{show_bytes(sample.read)} / {show_bytes(sample.written)}",
        str(sample.processes),
    )


def _chart(pairs: Sequence[tuple[str, list[Sample]]], title: str) -> Chart:
    start = min(samples[0].at for _, samples in pairs)
    cpu, memory = Panel("CPU, % of a core"), Panel("memory, MiB")
    for name, samples in pairs:
        at = [(sample.at - start).total_seconds() for sample in samples]
        cpu.series[name] = list(zip(at, [sample.cpu for sample in samples], strict=True))
        memory.series[name] = list(zip(at, [sample.memory / _MIB for sample in samples], strict=True))
    return Chart(title, (cpu, memory))
