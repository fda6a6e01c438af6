"""`stats`: what containers use, now or over a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.actions.kit import usage
from bot.actions.kit.anywhere import Anywhere
from bot.core.action import Duration, Inside, MultiTargetedAction, Shown, option
from bot.core.bench import Bench
from bot.core.errors import NotRunning, UsageError
from bot.core.output import Note, Output, Progress
from bot.core.ports.usage import UsagePort
from bot.core.takes import many
from bot.core.target import Container, Node, Objects, Thing
from bot.core.units import show_duration

_LONGEST = timedelta(minutes=10)
_MOST, _LONGEST_TITLE = 10, 60


@dataclass(frozen=True, kw_only=True)
class Stats(
    Anywhere,
    Inside,
    MultiTargetedAction,
    verb="stats",
    aliases=("top pod", "top pods"),
    takes=many("container", listed=True),
    needs=(UsagePort,),
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
        engine, seconds = bench.port(UsagePort), self.over.total_seconds() if self.over else 0.0
        stopped = [it for it in found.items if not _is_measured(it)]
        things: Sequence[Thing] = [it for it in found.items if _is_measured(it)]
        if not things and len(stopped) == 1 and isinstance(stopped[0], Container):
            raise NotRunning(
                "cannot measure", stopped[0], why=f"it is {stopped[0].condition}", hint="`describe` says why."
            )
        if not things:
            yield Note(f"Nothing is running in `{found.scope}`.")
            return
        watched = things
        if self.over:
            yield Progress(f"measuring for {show_duration(seconds)}")
            watched = await _heaviest(things, engine)
        measured = await engine.usages(watched, seconds)
        series = usage.series(measured if self.containers else usage.by_pod(measured))
        if series:
            last = usage.ordered([each[-1] for each in series], self.sort_by)
            yield usage.table(last, nodes=isinstance(things[0], Node), containers=self.containers)
        if paused := [it.name for it in watched if isinstance(it, Container) and it.state == "paused"]:
            yield Note(f"Paused: {_names(paused)}.")
        if missing := sorted({it.name for it in watched} - {it.name for it in measured}):
            yield Note(f"No figures for {_names(missing)}: just started, or ended meanwhile. `describe` says which.")
        if self.over and series:
            yield usage.chart(series, f"{_title(watched, found)} over {show_duration(seconds)}")
        if len(watched) < len(things):
            more = len(things) - len(watched)
            yield Note(f"{more} more are running: a chart shows the {_MOST} that use most memory.")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(f"`{name}`" for name in names[:_MOST]) + more


def _is_measured(it: Thing) -> bool:
    """What is paused keeps its memory, and uses no processor."""
    return not isinstance(it, Container) or it.state in ("running", "paused")


async def _heaviest(things: Sequence[Thing], engine: UsagePort) -> Sequence[Thing]:
    """Those that use most memory now, as many as a chart can show."""
    if len(things) <= _MOST:
        return things
    used = Counter[str]()
    for each in await engine.usages(things, 0):
        used[each.name] += each.memory
    return sorted(things, key=lambda it: used[it.name], reverse=True)[:_MOST]


def _title(watched: Sequence[Thing], found: Objects) -> str:
    names = ", ".join(it.name for it in watched)
    return names if len(names) <= _LONGEST_TITLE else str(found.scope)
