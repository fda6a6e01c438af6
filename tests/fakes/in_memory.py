"""What every engine in memory has in common."""

from __future__ import annotations

from typing import TypeVar

from bot.core.target import Scope

Port = TypeVar("Port")


class InMemoryEngine:
    """An engine without parts: it serves its ports itself."""

    scope = Scope("local", "docker")

    def port(self, port: type[Port]) -> Port | None:
        return self if isinstance(self, port) else None
