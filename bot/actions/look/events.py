"""`events`: what happened to containers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from bot.actions.kit.anywhere import Anywhere
from bot.actions.kit.happened import happened
from bot.core.action import Inside, MultiTargetedAction, Shown, When, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Note, Output, Table
from bot.core.ports.events import Event, EventsPort
from bot.core.takes import many
from bot.core.target import Objects
from bot.core.units import parse_when, show_age

_COLUMNS = ("AGE", "EVENT", "DETAIL", "OBJECT", "TYPE", "TIME (UTC)")
_SORTS = ("time", "count", "event", "object")
_TYPES = ("normal", "warning")
_PATHS = {"lasttimestamp": "time", "creationtimestamp": "time", "firsttimestamp": "time", "reason": "event"}


@dataclass(frozen=True, kw_only=True)
class Events(
    Anywhere,
    Inside,
    MultiTargetedAction,
    verb="events",
    aliases=("get events", "get event", "get ev"),
    takes=many("object", gone=True),
    needs=(EventsPort,),
    rights=("list events",),
    examples=("events", "events checkout --since 2h", "events --since 14:00 --until 14:30", "events --types warning"),
):
    """Show what happened to one object and what owns it, or to all: starts, deaths, OOM kills, failing health checks.

    What happened again and again is one row with its count. What was removed lately can still be named.
    """

    since: Annotated[When, option("--since", help="from: `10m` ago, `14:05`, a time")] = "1h"
    until: Annotated[When, option("--until", help="up to")] = ""
    types: Annotated[str, option("--types", help="`normal`, `warning`, or both with a comma")] = ""
    sort_by: Annotated[str, option("--sort-by", help="`time`, `count`, `event` or `object`"), Shown("COLUMN")] = "time"

    def __post_init__(self) -> None:
        for word in filter(None, self.types.lower().split(",")):
            if word not in _TYPES:
                raise UsageError("no such type of event:", word[:40], hint="Choose `normal` or `warning`.")
        if self._order not in _SORTS:
            raise UsageError("can't sort by", self.sort_by, hint=f"Choose one of {', '.join(_SORTS)}.")

    @property
    def _order(self) -> str:
        """kubectl's path in the object, or the column that shows it."""
        last = self.sort_by.strip("{}'\"").rpartition(".")[2].lower()
        return _PATHS.get(last, last)

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(EventsPort)
        since, until = parse_when(self.since, bench.now), parse_when(self.until, bench.now) if self.until else bench.now
        wanted = self.types.lower().split(",") if self.types else _TYPES
        is_whole_place = not (self.targets or self.selector or self.fields)
        events, omitted = await happened(bench, found, since, until) if found.items or is_whole_place else ([], [])
        seen = _folded([it for it in events if ("warning" if it.warning else "normal") in wanted])
        if seen:
            newest_first = self._order in ("time", "count")
            seen.sort(key=self._key, reverse=newest_first)
            yield Table(_COLUMNS, [_row(event, bench.now) for event in seen])
        else:
            yield Note(f"No events since {since:%Y-%m-%d %H:%M:%S} UTC.")
        for it in omitted:
            yield Note(f"Not shown: {it}.")
        horizon = await engine.horizon(found.scope, bench.now)
        if horizon and since < horizon.at:
            ago = show_age(horizon.at, bench.now)
            yield Note(f"Anything older than {ago} may be missing: {horizon.why}.")
        elif not seen:
            yield Note("`--since 1d` looks further back.")

    def _key(self, event: Event) -> Any:
        return {"time": event.at, "count": event.count, "event": event.action, "object": event.thing}[self._order]


def _folded(events: Sequence[Event]) -> list[Event]:
    """What is routine once, with its count and its last time."""
    known: dict[Hashable, Event] = {}
    for number, event in enumerate(events):
        key = (event.thing, event.action, event.detail) if event.routine else number
        before = known.get(key)
        known[key] = replace(event, count=before.count + event.count) if before else event
    return list(known.values())


def _row(event: Event, now: datetime) -> tuple[str, ...]:
    action = f"{event.action} ×{event.count}" if event.count > 1 else event.action
    age, time = f"{show_age(event.at, now)} ago", f"{event.at:%m-%d %H:%M:%S}"
    return (age, action, event.detail or "-", event.thing, "Warning" if event.warning else "Normal", time)
