"""Containers that are no more, as the engine's events remember them: with the name and labels that they had last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.context import DockerContext, container_of
from bot.backends.docker.history import EVER, read_events
from bot.core.target import EVERYWHERE, Container, Scope

# What the engine puts among the labels. Source: moby, daemon/events.go.
_NOT_LABELS = frozenset({"name", "image", "oldName", "exitCode", "signal", "execID", "execDuration"})


class Past:
    """Whose the events of a place are. unread: how many are of a container that is gone, and can't be judged."""

    def __init__(self, context: DockerContext, namespace: str) -> None:
        self._context, self._namespace = context, namespace
        self._known: dict[str, Container | None] = {}
        self._names: dict[str, set[str]] = {}
        self.unread = 0

    @classmethod
    async def of(cls, context: DockerContext, namespace: str) -> Past:
        """Of a compose project, or of all. Raises TimedOut, Unavailable."""
        past = cls(context, namespace)
        there = {it.id: it for it in await context.every()}
        gone: dict[str, dict[str, Container]] = defaultdict(dict)  # by its names, the last one last
        async with aclosing(read_events(context.client, context.scope, EVER, datetime.now(UTC))) as events:
            async for seen in events:
                actor = seen["Actor"]
                if actor["ID"] not in there and "Attributes" in actor:
                    it = _as_it_was(actor, context.scope)
                    gone[it.id].pop(it.name, None)
                    gone[it.id][it.name] = it
        past._known = {key: it if past._sees(it) else None for key, it in there.items()}
        for key, names in gone.items():
            *_, last = names.values()
            past._known[key] = last if all(map(past._sees, names.values())) else None
            past._names[key] = set(names)
        return past

    def container(self, seen: Mapping[str, Any]) -> Container | None:
        """What an event is about; None where it may not be seen, or can't be judged."""
        key = seen["Actor"]["ID"]
        self.unread += key not in self._known
        return self._known.get(key)

    def removed(self, name: str) -> list[Container]:
        """Those of a name or an id that may be seen and are no more."""
        called = [key for key, names in self._names.items() if name in (key, key[:12], *names)]
        return [it for key in called if (it := self._known[key])]

    def _sees(self, container: Container) -> bool:
        is_here = self._namespace in ("", EVERYWHERE, container.scope.namespace)
        return is_here and self._context.sees(container)


def _as_it_was(actor: Mapping[str, Any], scope: Scope) -> Container:
    attributes = actor["Attributes"] or {}
    row = {
        "Id": actor["ID"], "Names": [attributes.get("name") or actor["ID"][:12]],
        "Image": attributes.get("image", ""), "State": "removed",
        "Labels": {key: value for key, value in attributes.items() if key not in _NOT_LABELS},
    }  # fmt: skip
    return container_of(row, scope)
