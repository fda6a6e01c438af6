"""What the engine remembers to have happened to containers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.context import DockerContext
from bot.backends.docker.gone import Past
from bot.backends.docker.history import REMEMBERED, oldest_event, read_events
from bot.core.ports.events import Event, Horizon, Omission
from bot.core.target import Container, Objects, Scope

_BAD = frozenset({"oom", "die", "kill", "health_status"})
_ROUTINE = ("exec_", "health_status")


class DockerEvents:
    """Reads past events."""

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    async def horizon(self, scope: Scope, now: datetime) -> Horizon | None:
        """Its oldest event, where it holds as many as it can. Raises TimedOut, Unavailable."""
        oldest = await oldest_event(self._client, scope, now)
        return Horizon(oldest, f"the engine keeps only its last {REMEMBERED} events") if oldest else None

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event | Omission, None]:
        """Of the containers, oldest first; of a whole place also of those that are no more.

        Raises TimedOut, Unavailable.
        """
        things = {item.id: item for item in found.items if isinstance(item, Container)}
        past = None if found.items else await Past.of(self._context, found.scope.namespace)
        told: dict[str, Container] = {}
        async with aclosing(read_events(self._client, found.scope, since, until)) as events:
            async for seen in events:
                if thing := past.container(seen) if past else things.get(seen["Actor"]["ID"]):
                    told[thing.id] = thing
                    yield event_of(seen, thing.name)
        if past:
            self._context.mentioned.extend(told.values())
        if past and past.unread:
            why = "what they are about is gone, and its labels are too large to be read"
            yield Omission.counted(past.unread, why)


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
