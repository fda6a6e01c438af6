"""An engine that answers what it was given, where a real one can't easily be brought to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.bench import Bench
from bot.core.facts.containers import ContainerFacts, ContainerState
from bot.core.ports.events import Event, Horizon
from bot.core.ports.logs import LogQuery
from bot.core.ports.usage import Traffic, Usage
from bot.core.target import Container, Objects, Scope, Thing
from tests.fakes.in_memory import InMemoryEngine

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCOPE = Scope("local", "docker")


def container(name: str, state: str = "running") -> Container:
    return Container(SCOPE, f"id-{name}", name, "img:1", state=state)


def facts_of(one: Container, exit_code: int = 0, oom_killed: bool = False, **more: Any) -> ContainerFacts:
    """Of a container as `container` makes it."""
    state = ContainerState(one.state, exit_code=exit_code, oom_killed=oom_killed)
    return ContainerFacts(name=one.name, image=one.image, id=one.id, state=state, **more)


class Engine(InMemoryEngine):
    """Answers what it was given."""

    def __init__(
        self, facts: dict[str, ContainerFacts] | None = None, measured: int = 0, events: tuple[Event, ...] = ()
    ) -> None:
        self.known, self.measured, self.happened = facts or {}, measured, events
        self.query: LogQuery | None = None
        self.forgets: Horizon | None = None

    async def facts(self, one: Container) -> ContainerFacts:
        return self.known.get(one.name) or facts_of(one, created=NOW - timedelta(hours=3))

    async def usages(self, things: Sequence[Thing], seconds: float) -> list[Usage]:
        traffic = Traffic(1, 2, 3, 4)
        return [
            Usage(NOW + timedelta(seconds=at), it.name, 0.5, 2**20, memory_limit=2**22, traffic=traffic, processes=5)
            for it in things
            for at in range(self.measured)
        ]

    async def horizon(self, scope: Scope, now: datetime) -> Horizon | None:
        return self.forgets

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]:
        for event in self.happened:
            yield event

    async def logs(self, one: Container, query: LogQuery) -> AsyncGenerator[Any, None]:
        self.query = query
        return
        yield


async def run(action: Any, found: Any, engine: Engine) -> list[Any]:
    return [output async for output in action.run(found, Bench(engine, NOW))]
