"""The engine's own events, as it has them. It keeps its last 256 in memory.

Source: Docker Engine API v1.41, SystemEvents.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.client import Client
from bot.backends.docker.streams import lines_of
from bot.core.pattern import compiled_bytes
from bot.core.target import Scope

REMEMBERED = 256  # moby, daemon/events: eventsLimit
EVER = datetime.fromtimestamp(1, UTC)  # the engine takes no 0
_READ = "read the events of"
_FIELDS = {
    "Action": compiled_bytes(r'"Action":"([^"\\]{1,200})'),
    "ID": compiled_bytes(r'"Actor":\{"ID":"([0-9a-f]{64})"'),
    "timeNano": compiled_bytes(r'"timeNano":(\d{1,20})\}\s*$'),
}


async def read_events(
    client: Client, scope: Scope, since: datetime, until: datetime
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Each event of a container, oldest first; without its attributes where they are too large to be read.

    Raises TimedOut, Unavailable.
    """
    async with (
        client.stream(_READ, scope, "/events", _query(since, until, type=["container"])) as content,
        aclosing(lines_of(content)) as lines,
    ):
        async for line, whole in lines:
            if seen := json.loads(line) if whole else _in_part(line):
                yield seen


async def oldest_event(client: Client, scope: Scope, now: datetime) -> datetime | None:
    """When the oldest happened, where it holds as many as it can. Raises TimedOut, Unavailable."""
    held, oldest = 0, None
    async with (
        client.stream(_READ, scope, "/events", _query(EVER, now)) as content,
        aclosing(lines_of(content)) as lines,
    ):
        async for line, _ in lines:
            held += 1
            oldest = oldest or _FIELDS["timeNano"].search(line)
    return datetime.fromtimestamp(int(oldest[1]) / 1e9, UTC) if oldest and held >= REMEMBERED else None


def _query(since: datetime, until: datetime, **filters: list[str]) -> dict[str, str]:
    until = min(until, datetime.now(UTC))  # the engine waits for a moment that is still to come
    return {"since": f"{since.timestamp():.6f}", "until": f"{until.timestamp():.6f}", "filters": json.dumps(filters)}


def _in_part(line: bytes) -> dict[str, Any] | None:
    """An event whose labels are too large to be read: when it was, of what, and what happened."""
    found = {name: pattern.search(line) for name, pattern in _FIELDS.items()}
    if not all(found.values()):
        return None
    text = {name: match[1].decode() for name, match in found.items() if match}
    return {"Action": text["Action"], "Actor": {"ID": text["ID"]}, "timeNano": int(text["timeNano"])}
