"""Changing what makes containers, undoing that exactly, and the revisions of it that an engine remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from bot.core.ledger import MadeObject
from bot.core.plan import Change, Plan
from bot.core.target import Resource
from bot.core.wishes import WorkloadWish


@dataclass(frozen=True)
class Revision:
    """One that was rolled out. images: by container. edits: what was changed since the one before, in words."""

    number: int
    made: datetime | None = None
    images: tuple[tuple[str, str], ...] = ()
    cause: str = ""
    edits: tuple[str, ...] = ()
    present: bool = False


@dataclass(frozen=True)
class Reverted:
    """undone: it is as it was. left: somebody was there before, and why that keeps it. nothing: nothing was changed."""

    how: Literal["undone", "left", "nothing"]
    why: str = ""


@runtime_checkable
class ChangesPort(Protocol):
    """Each raises NotFound, ForbiddenByCluster or Unavailable."""

    async def plan_change(self, thing: Resource, wish: WorkloadWish, *, passing: bool = False) -> Plan:
        """What it takes, as the engine itself says without doing it. passing: it is to be undone; one such at a time.

        Raises UsageError for what the object has not, NotRunning for what can't be done or is so already.
        """

    async def change(self, change: Change, entry: MadeObject | None) -> None:
        """Do what was planned. entry: it is undone later, and the object says so.

        Raises NotRunning where the object is another by now, ForbiddenByCluster where the engine makes something else
        of it: then it is undone at once.
        """

    async def revert(self, entry: MadeObject) -> Reverted:
        """Put back what an entry changed, all of it or nothing, and nothing that was changed since."""

    async def changed(self, namespaces: Iterable[str]) -> list[tuple[Resource, MadeObject]]:
        """All that says that it is to be changed back, as far as it may be listed and seen. namespaces: where to look,
        too, if not everything may be listed.
        """


@runtime_checkable
class RevisionsPort(Protocol):
    """What it was before."""

    async def revisions(self, thing: Resource) -> Sequence[Revision]:
        """The newest first. Raises NotFound, ForbiddenByCluster, Unavailable."""
