"""What a verb may use while it runs: nothing else is within its reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.core.errors import Unsupported
from bot.core.limits import Limits
from bot.core.output import Lines, Output
from bot.core.plan import NO_PLAN, Change, Plan
from bot.core.target import Container, NewObject, Scope

Port = TypeVar("Port")


@dataclass(frozen=True)
class Typed:
    """A line that somebody typed, or Ctrl-C."""

    line: str = ""
    interrupt: bool = False


class Keys(Protocol):
    """What people type on. Lines wait until the program has said who takes them."""

    def plug(self, take: Callable[[Typed], Awaitable[None]], hang_up: Callable[[], Awaitable[None]]) -> None:
        """take: gets each line. hang_up: called when nobody has typed for too long."""


class NoKeys:
    """Nobody types."""

    def plug(self, take: Callable[[Typed], Awaitable[None]], hang_up: Callable[[], Awaitable[None]]) -> None:
        """No line ever comes."""


class Maker(Protocol):
    """Makes what was planned, and undoes it."""

    def made(self, thing: NewObject) -> AbstractAsyncContextManager[Container]:
        """It exists while the block lasts. Raises Unsupported for what the plan doesn't hold."""

    async def change(self, change: Change) -> None:
        """Done once, and undone at the plan's end where it has one. Raises as `made` does."""


class NoMaker:
    """While a command is planned, and for verbs that plan nothing, nothing is made."""

    def made(self, thing: NewObject) -> AbstractAsyncContextManager[Container]:
        raise Unsupported("nothing is made while a command is planned:", thing)

    async def change(self, change: Change) -> None:
        raise Unsupported("nothing is changed while a command is planned:", change.thing)


class Engine(Protocol):
    """All that a bench needs of an engine: where it is, and the part of it that serves a port."""

    @property
    def scope(self) -> Scope: ...
    def port(self, port: type[Port]) -> Port | None: ...


@dataclass
class Unfinished:
    """A line that a program has begun and not ended, as a prompt and a progress bar are: `look` has it as it is now."""

    look: Callable[[], Lines | None] = lambda: None


@dataclass(frozen=True)
class Bench:
    """engine: the found object's, as the person. now: when the run began. keys: what people type on while it runs.

    plan: what was decided on, and approved where it was asked for. maker: makes what it holds. last_words: what there
    is to say of being stopped, when nobody takes outputs any more. unfinished: shown while its program waits.
    """

    engine: Engine
    now: datetime
    limits: Limits = field(default_factory=Limits)
    keys: Keys = field(default_factory=NoKeys)
    plan: Plan = NO_PLAN
    maker: Maker = field(default_factory=NoMaker)
    last_words: list[Output] = field(default_factory=list)
    unfinished: Unfinished = field(default_factory=Unfinished)

    def has(self, port: Any) -> bool:
        """Whether the engine is able to do that."""
        return self.engine.port(port) is not None

    def port(self, port: type[Port]) -> Port:
        """The engine's ability. Raises Unsupported where it has none."""
        served = self.engine.port(port)
        if served is None:
            raise _lacking(f"this is not supported on the {self.engine.scope.engine} context", self.engine)
        return served

    def require(self, verb: str, ports: Sequence[Any], instead: str = "") -> None:
        """Raises Unsupported where the engine lacks what a verb needs. instead: a sentence of what to do there."""
        if not all(map(self.has, ports)):
            raise _lacking(f"`{verb}` is not supported on the {self.engine.scope.engine} context", self.engine, instead)


def _lacking(what: str, engine: Engine, instead: str = "") -> Unsupported:
    return Unsupported(what, engine.scope.context, hint=instead or "`use` shows which other contexts there are.")
