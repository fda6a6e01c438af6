"""What the engine remembers to have happened to containers.

The engine keeps its last 256 events in memory. Source: Docker Engine API v1.41, SystemEvents.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.part import Part
from bot.core.ports.engines import Event
from bot.core.target import Container, Objects

_BAD = frozenset({"oom", "die", "kill", "health_status"})


class EventsPart(Part):
    """Reads past events."""

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]:
        """Events of the containers, oldest first. Raises TimedOut, Unavailable."""
        ids = {item.id for item in found.items if isinstance(item, Container)}
        until = min(until, datetime.now(UTC))  # the engine waits for a moment that is still to come
        query = {
            "since": f"{since.timestamp():.6f}",
            "until": f"{until.timestamp():.6f}",
            "filters": json.dumps({"type": ["container"]}),
        }
        async with self.client.stream("read the events of", found.scope, "/events", query) as content:
            while line := await content.readline():
                seen = json.loads(line)
                if seen["Actor"]["ID"] in ids:
                    yield event_of(seen)


def event_of(seen: Mapping[str, Any]) -> Event:
    actor = seen["Actor"]
    attributes = actor.get("Attributes") or {}
    action, _, more = seen["Action"].partition(": ")
    known = [f"exit {attributes['exitCode']}"] if "exitCode" in attributes else []
    known += [f"signal {attributes['signal']}"] if "signal" in attributes else []
    known += [more] if more else []
    return Event(
        at=datetime.fromtimestamp(seen["timeNano"] / 1e9, UTC),
        action=action,
        thing=attributes.get("name", actor["ID"][:12]),
        detail=", ".join(known),
        warning=action in _BAD,
    )
