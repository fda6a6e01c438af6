"""What the engine remembers to have happened to containers.

The engine keeps its last 256 events in memory. Source: Docker Engine API v1.41, SystemEvents.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.context import DockerContext
from bot.backends.docker.streams import lines_of
from bot.core.pattern import compiled_bytes
from bot.core.ports.events import Event, Horizon
from bot.core.target import Container, Objects, Scope

_REMEMBERED = 256  # moby, daemon/events: eventsLimit
_BAD = frozenset({"oom", "die", "kill", "health_status"})
_ROUTINE = ("exec_", "health_status")
_FIELDS = {
    "Action": compiled_bytes(r'"Action":"([^"\\]{1,200})'),
    "ID": compiled_bytes(r'"Actor":\{"ID":"([0-9a-f]{64})"'),
    "timeNano": compiled_bytes(r'"timeNano":(\d{1,20})\}\s*$'),
}


class DockerEvents:
    """Reads past events."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def horizon(self, scope: Scope, now: datetime) -> Horizon | None:
        """Its oldest event, where it holds as many as it can. Raises TimedOut, Unavailable."""
        query = {"since": "1", "until": f"{now.timestamp():.6f}"}
        held, oldest = 0, None
        async with (
            self._client.stream("read the events of", scope, "/events", query) as content,
            aclosing(lines_of(content)) as lines,
        ):
            async for line, _ in lines:
                held += 1
                oldest = oldest or _FIELDS["timeNano"].search(line)
        if held < _REMEMBERED or not oldest:
            return None
        return Horizon(
            datetime.fromtimestamp(int(oldest[1]) / 1e9, UTC), f"the engine keeps only its last {_REMEMBERED} events"
        )

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]:
        """Events of the containers, oldest first. Raises TimedOut, Unavailable."""
        names = {item.id: item.name for item in found.items if isinstance(item, Container)}
        until = min(until, datetime.now(UTC))  # the engine waits for a moment that is still to come
        query = {
            "since": f"{since.timestamp():.6f}",
            "until": f"{until.timestamp():.6f}",
            "filters": json.dumps({"type": ["container"]}),
        }
        async with (
            self._client.stream("read the events of", found.scope, "/events", query) as content,
            aclosing(lines_of(content)) as lines,
        ):
            async for line, whole in lines:
                seen = json.loads(line) if whole else _in_part(line)
                if seen and (name := names.get(seen["Actor"]["ID"])):
                    yield event_of(seen, name)


def _in_part(line: bytes) -> dict[str, Any] | None:
    """An event whose labels are too large to be read: when it was, of what, and what happened."""
    found = {name: pattern.search(line) for name, pattern in _FIELDS.items()}
    if not all(found.values()):
        return None
    text = {name: match[1].decode() for name, match in found.items() if match}
    return {"Action": text["Action"], "Actor": {"ID": text["ID"]}, "timeNano": int(text["timeNano"])}


def event_of(seen: Mapping[str, Any], name: str = "") -> Event:
    actor = seen["Actor"]
    attributes = actor.get("Attributes") or {}
    action, _, more = seen["Action"].partition(": ")
    if action.startswith("exec_"):  # what it was given may be a secret
        more = more.partition(" ")[0].rpartition("/")[2]
    known = [f"exit {attributes['exitCode']}"] if "exitCode" in attributes else []
    known += [f"signal {attributes['signal']}"] if "signal" in attributes else []
    known += [more] if more else []
    return Event(
        at=datetime.fromtimestamp(seen["timeNano"] / 1e9, UTC),
        action=action,
        thing=attributes.get("name") or name or actor["ID"][:12],
        detail=", ".join(known),
        warning=action in _BAD,
        routine=action.startswith(_ROUTINE),
    )
