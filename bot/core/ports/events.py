"""What happened to objects."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.target import Objects, Scope


@dataclass(frozen=True)
class Event:
    """Something that happened to a thing, `count` times, the last time at `at`. routine: it happens again and again
    while all is well, as a health check does.
    """

    at: datetime
    action: str
    thing: str
    detail: str = ""
    warning: bool = False
    count: int = 1
    routine: bool = False


@dataclass(frozen=True)
class Omission:
    """Events that are left out, in words, and why: "couldn't look" is not "nothing happened"."""

    what: str
    why: str

    @classmethod
    def counted(cls, count: int, why: str) -> Omission:
        return cls("one event" if count == 1 else f"{count:,} events", why)

    def __str__(self) -> str:
        return f"{self.what} ({self.why})"


@dataclass(frozen=True)
class Horizon:
    """How far back an engine remembers, and why no further."""

    at: datetime
    why: str


@runtime_checkable
class EventsPort(Protocol):
    """Of the objects, and of what owns them; of the whole place where there are none.

    horizon: None where it has forgotten nothing yet.
    """

    async def horizon(self, scope: Scope, now: datetime) -> Horizon | None: ...
    def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event | Omission, None]: ...
