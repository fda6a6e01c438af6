"""`logs`: what a container wrote."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.core.action import PatternText, Tail, TargetedAction, Wants, When, option
from bot.core.errors import UsageError
from bot.core.output import Output
from bot.core.ports import engines
from bot.core.target import Container
from bot.core.units import parse_when

_TAIL = 1_000


@dataclass(frozen=True, kw_only=True)
class Logs(
    TargetedAction,
    verb="logs",
    aliases=("log",),
    wants=Wants.CONTAINER,
    examples=("logs checkout", "logs checkout --tail 50 --timestamps", "logs web --since 10m --grep 'timeout|refused'"),
):
    """Show what a container wrote, its last lines first.

    Stopped containers have logs too. Lines from standard error are marked `E│`.
    Without `--tail` it is the last 1,000 lines; with `--since` or `--grep` it is all that match.
    """

    tail: Annotated[Tail, option("--tail", help="how many of the last lines, or `all`")] = ""
    since: Annotated[When, option("--since", help="only lines after: `10m` ago, `14:05`, a time")] = ""
    until: Annotated[When, option("--until", help="only lines before")] = ""
    timestamps: Annotated[bool, option("--timestamps", help="the time before each line")] = False
    grep: Annotated[PatternText, option("--grep", help="only lines in which this pattern (RE2) is found")] = ""
    follow: Annotated[bool, option("--follow", "-f", help="keep reading until stopped")] = False

    def __post_init__(self) -> None:
        if self.follow and self.until:
            raise UsageError("`--follow` and `--until` don't go together", hint="Leave one out.")

    @property
    def sieve(self) -> str:
        return self.grep

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def endless(self) -> bool:
        return self.follow

    @property
    def nothing(self) -> str:
        part = " in that part" if self.tail or self.since or self.until else ""
        return f"No line of its log{part} has `{self.grep}`." if self.grep else f"It has written nothing{part}."

    async def run(self, found: Container, engine: engines.Logs, now: datetime) -> AsyncGenerator[Output, None]:
        query = engines.LogQuery(
            tail=self._lines(),
            since=parse_when(self.since, now) if self.since else None,
            until=parse_when(self.until, now) if self.until else None,
            timestamps=self.timestamps,
            follow=self.follow,
        )
        async with aclosing(engine.logs(found, query)) as log:
            async for lines in log:
                yield lines

    def _lines(self) -> int | None:
        if self.tail:
            return None if self.tail == "all" else int(self.tail)
        return None if self.since or self.grep else _TAIL
