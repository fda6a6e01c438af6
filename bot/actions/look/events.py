"""`events`: what happened to containers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.core.action import MultiTargetedAction, Wants, When, option
from bot.core.output import Note, Output, Table
from bot.core.ports import engines
from bot.core.target import Container, Objects
from bot.core.units import parse_when

_COLUMNS = ("TIME (UTC)", "CONTAINER", "EVENT", "DETAIL")


@dataclass(frozen=True, kw_only=True)
class Events(
    MultiTargetedAction,
    verb="events",
    aliases=("get events",),
    wants=Wants.CONTAINERS,
    examples=("events", "events checkout --since 2h", "events --since 14:00 --until 14:30"),
):
    """Show what happened to one container or to all: starts, deaths, kills for memory, failing health checks."""

    since: Annotated[When, option("--since", help="from: `10m` ago, `14:05`, a time")] = "1h"
    until: Annotated[When, option("--until", help="up to")] = ""

    @property
    def shows_end(self) -> bool:
        return True

    async def run(self, found: Objects, engine: engines.Events, now: datetime) -> AsyncGenerator[Output, None]:
        since, until = parse_when(self.since, now), parse_when(self.until, now) if self.until else now
        ids = {item.id for item in found.items if isinstance(item, Container)}
        async with aclosing(engine.events(found.scope, since, until)) as events:
            rows = [
                (f"{event.at:%m-%d %H:%M:%S}", event.container, event.action, event.detail or "-")
                async for event in events
                if event.container_id in ids
            ]
        if rows:
            yield Table(_COLUMNS, rows)
        else:
            yield Note(f"Nothing happened since {since:%Y-%m-%d %H:%M:%S} UTC. `--since 1d` looks further back.")
