"""`logs`: what a container wrote."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from bot.actions.kit.following import ended
from bot.actions.kit.leading import led
from bot.actions.kit.merging import as_they_come, in_time_order
from bot.core.action import GrepText, Inside, Tail, TargetedAction, When, option
from bot.core.bench import Bench
from bot.core.errors import CdebugError, NotFound, NotRunning, UsageError
from bot.core.output import Lines, Note, Output
from bot.core.ports.facts import FactsPort
from bot.core.ports.logs import LogQuery, LogsPort
from bot.core.takes import one
from bot.core.target import EVERYWHERE, Container, Objects, things_of
from bot.core.units import parse_when
from bot.together import gather

_TAIL, _MOST_HELD = 1_000, 10_000
_MOST_SILENT, _MOST_SOURCES = 5, 100


@dataclass(frozen=True, kw_only=True)
class Logs(
    Inside,
    TargetedAction,
    verb="logs",
    aliases=("log",),
    takes=one("container", merged=True),
    needs=(LogsPort,),
    rights=("get pods", "get pods/log"),
    examples=(
        "logs checkout",
        "logs checkout --tail 50 --timestamps",
        "logs web --since 10m --grep 'timeout|refused'",
        "logs deploy/web --tail 20",
        "logs web-7d9f --previous",
    ),
):
    """Show what a container wrote, its last lines first.

    Stopped containers have logs too. Lines from standard error are marked `E│`, where the engine keeps them apart.
    Without `--tail` it is the last 1,000 lines; with `--since` or `--grep` it is all that match, and `--tail` counts
    those. A workload's
    containers are read together, in the order of time, each line under its container's name. Of a pod's container
    that crashed, the run before and this one are shown, unless `--previous` or `--no-previous` says which.
    """

    tail: Annotated[Tail, option("--tail", help="how many of the last lines, or `all`")] = ""
    since: Annotated[When, option("--since", help="only lines after: `10m` ago, `14:05`, a time")] = ""
    until: Annotated[When, option("--until", help="only lines before")] = ""
    timestamps: Annotated[bool, option("--timestamps", help="the time before each line")] = False
    grep: Annotated[GrepText, option("--grep", help="only lines in which this pattern (RE2) is found")] = ""
    follow: Annotated[bool, option("--follow", "-f", help="keep reading until stopped")] = False

    previous: Annotated[
        bool | None,
        Parameter(name=("--previous", "-p"), help="the run before this one; `--no-previous`: only this one"),
    ] = None
    all_containers: Annotated[bool, option("--all-containers", help="each container of the pod, init ones too")] = False

    def __post_init__(self) -> None:
        if self.follow and self.until:
            raise UsageError("`--follow` and `--until` don't go together", hint="Leave one out.")

    @property
    def sieve(self) -> str:
        return self.grep

    @property
    def last(self) -> int:
        counted = self.grep and self.tail not in ("", "all") and not self.follow
        return int(self.tail) if counted and int(self.tail) <= _MOST_HELD else 0

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def endless(self) -> bool:
        return self.follow

    @property
    def nothing(self) -> str:
        part = " in that part" if (self.tail and not self.last) or self.since or self.until else ""
        return f"No line of its log{part} matches `{self.grep}`." if self.grep else f"Its log{part} is empty."

    @property
    def part(self) -> str:
        return EVERYWHERE if self.all_containers else self.container

    async def run(self, found: Container | Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(LogsPort)
        said: AsyncGenerator[Output, None] | AsyncGenerator[Lines, None]
        if isinstance(found, Objects):
            said = self._merged(found, engine, bench.now)
        elif self._both_runs(found) and (waits := await _waits_for(found, bench)):
            yield Note(f"It is waiting to be restarted ({waits}): this is its last run.", aside=True)
            said = led(engine, found, self._query(bench.now))
        elif self._both_runs(found):
            said = self._crashed(found, engine, bench.now)
        else:
            said = led(engine, found, self._query(bench.now))
        async with aclosing(said) as log:
            async for lines in log:
                yield lines
        if self.follow:
            for told in await gather(ended(item, bench) for item in _containers(found)[:_MOST_SILENT]):
                yield Note(told, aside=True)

    def _both_runs(self, found: Container) -> bool:
        crashed = found.restarts and found.state != "Completed"
        return bool(crashed and self.previous is None and not self.follow and not self.since)

    async def _crashed(self, found: Container, engine: LogsPort, now: datetime) -> AsyncGenerator[Lines, None]:
        """The run that ended, then the one that goes on; whichever of them is still kept."""
        for previous, title in ((True, "the run before"), (False, "this run")):
            query = replace(self._query(now), previous=previous)
            first = True
            with suppress(NotFound, NotRunning) if previous else nullcontext():
                async with aclosing(led(engine, found, query)) as log:
                    async for lines in log:
                        if first and not lines.lead:
                            yield Lines(f"──── {title} of {found.container} ────\n".encode())
                            first = False
                        yield lines

    async def _merged(self, found: Objects, engine: LogsPort, now: datetime) -> AsyncGenerator[Output, None]:
        containers = _containers(found)
        if len(containers) > _MOST_SOURCES:
            raise UsageError(
                f"{len(containers)} containers are too many to read together", hint="Name a pod, or narrow it by `-l`."
            )
        query = self._query(now)
        single = len({item.name for item in containers}) == len(containers)
        names = {item.id: item.name if single else f"{item.name}:{item.container}" for item in containers}
        asked = query if self.follow else replace(query, timestamps=True)
        silent: list[CdebugError] = []
        sources = {names[item.id]: _or_silent(led(engine, item, asked), silent) for item in containers}
        said = as_they_come(sources) if self.follow else in_time_order(sources, timestamps=self.timestamps)
        async with aclosing(said) as log:
            async for lines in log:
                yield lines
        if len(silent) == len(containers):
            raise silent[0]
        for error in silent[:_MOST_SILENT]:
            yield Note(error.brief)

    def _query(self, now: datetime) -> LogQuery:
        return LogQuery(
            tail=self._lines(),
            since=parse_when(self.since, now) if self.since else None,
            until=parse_when(self.until, now) if self.until else None,
            timestamps=self.timestamps,
            follow=self.follow,
            previous=bool(self.previous),
        )

    def _lines(self) -> int | None:
        if self.tail and not self.last:
            return None if self.tail == "all" else int(self.tail)
        return None if self.since or self.grep else _TAIL


def _containers(found: Container | Objects) -> list[Container]:
    return [it for it in things_of(found) if isinstance(it, Container)]


async def _or_silent(source: AsyncGenerator[Lines, None], silent: list[CdebugError]) -> AsyncGenerator[Lines, None]:
    """A log among others: one that has not begun, or is gone by now, keeps nobody from reading the rest."""
    try:
        async with aclosing(source) as lines:
            async for block in lines:
                yield block
    except (NotFound, NotRunning) as error:
        silent.append(error)


async def _waits_for(found: Container, bench: Bench) -> str:
    """Why a container that crashed is not running yet; the kubelet has only its last run's log then."""
    facts = await bench.port(FactsPort).facts(found)
    return facts.state.reason or "waiting" if facts.state.word == "waiting" and facts.last_state else ""
