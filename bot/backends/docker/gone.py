"""Containers that are no more, as the engine's events remember them: with the name and labels that they had last."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.context import DockerContext, container_of
from bot.backends.docker.history import EVER, read_events
from bot.core.target import EVERYWHERE, Container, Scope


class Past:
    """Whose the events of a place are. unread: how many are of a container that is gone, and can't be judged."""

    def __init__(self, context: DockerContext, namespace: str, there: Mapping[str, Container]) -> None:
        self._context, self._namespace = context, namespace
        self._known: dict[str, Container | None] = {key: self._shown(it) for key, it in there.items()}
        self.unread = 0

    @classmethod
    async def of(cls, context: DockerContext, namespace: str) -> Past:
        """Of a compose project, or of all. Raises TimedOut, Unavailable."""
        return cls(context, namespace, {it.id: it for it in await context.every()})

    def container(self, seen: Mapping[str, Any]) -> Container | None:
        """What an event is about; None where it may not be seen, or can't be judged."""
        actor = seen["Actor"]
        if actor["ID"] not in self._known:
            if "Attributes" not in actor:
                self.unread += 1
                return None
            self._known[actor["ID"]] = self._shown(_as_it_was(actor, self._context.scope))
        return self._known[actor["ID"]]

    def _shown(self, container: Container) -> Container | None:
        is_here = self._namespace in ("", EVERYWHERE, container.scope.namespace)
        return container if is_here and self._context.sees(container) else None


async def removed(context: DockerContext, name: str, namespace: str) -> list[Container]:
    """Those of a name or an id that may be seen and are no more. Raises TimedOut, Unavailable."""
    there = {it.id: it for it in await context.every()}
    past, found = Past(context, namespace, there), dict[str, Container]()
    async with aclosing(read_events(context.client, context.scope, EVER, datetime.now(UTC))) as events:
        async for seen in events:
            if (it := past.container(seen)) and it.id not in there and name in (it.name, it.id, it.id[:12]):
                found[it.id] = it
    return list(found.values())


def _as_it_was(actor: Mapping[str, Any], scope: Scope) -> Container:
    attributes = actor["Attributes"] or {}
    name = attributes.get("name") or actor["ID"][:12]
    row = {
        "Id": actor["ID"], "Names": [name], "Image": attributes.get("image", ""), "State": "removed",
        "Labels": {key: value for key, value in attributes.items() if key not in ("name", "image")},
    }  # fmt: skip
    return container_of(row, scope)
