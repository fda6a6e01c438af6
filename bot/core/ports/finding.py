"""Finding what is meant, and what somebody may do there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from bot.core.person import Person
from bot.core.takes import Takes
from bot.core.target import Candidates, Found, Scope, TargetRef, Thing

Port = TypeVar("Port")
Sees = Callable[[Thing | Scope], bool]


class FindPort(Protocol):
    """Finds what is meant, now.

    `port` is the part of it that serves a port; None where it has none. `seen_by` is the same engine as somebody,
    with only the objects that they may see. `place` is a namespace of it, protected where it says so itself; an empty
    one is the engine's own choice; fresh: what is known from a moment ago isn't good enough. `keep` is what it does as
    long as the bot runs. mentioned: whose names went into its answers, beside what was found: another reader may not
    see them.
    """

    @property
    def scope(self) -> Scope: ...
    @property
    def mentioned(self) -> list[Thing]: ...

    def port(self, port: type[Port]) -> Port | None: ...
    def seen_by(self, person: Person, sees: Sees) -> FindPort: ...
    def kinds(self, takes: Takes) -> frozenset[str]: ...
    async def place(self, namespace: str, *, fresh: bool = False) -> Scope: ...
    async def find(self, ref: TargetRef, takes: Takes) -> Candidates: ...
    async def keep(self) -> None: ...
    async def ping(self) -> str: ...
    async def close(self) -> None: ...


@runtime_checkable
class ReviewsPort(Protocol):
    """The rights that somebody lacks there, as the cluster itself says; none where all hold.

    `KIND` in a right stands for the kinds of what was found.
    """

    async def review(self, found: Found, rights: Sequence[str]) -> list[str]: ...
