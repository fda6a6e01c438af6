"""A change of what makes pods: planned and shown, done, then followed until its pods are there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, ClassVar

from bot.actions.kit.rollouts import follow
from bot.actions.kit.workloads import ROLLED, name_of, workload_of
from bot.core.action import Duration, Located, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Note, Output, Progress
from bot.core.plan import Change, Plan
from bot.core.ports.changes import ChangesPort
from bot.core.ports.facts import ObjectsPort
from bot.core.target import Resource, Thing
from bot.core.units import show_duration
from bot.core.wishes import EACH, WorkloadWish

NEEDS = (ChangesPort, ObjectsPort)
RIGHTS = ("get KIND", "patch KIND", "list pods")
_SHORTEST, _LONGEST, _LONGEST_LOOK = timedelta(seconds=10), timedelta(hours=24), timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class WorkloadChange(Located):
    """What verbs share that change a workload. changes: the kinds that have what it changes. rolls_out: whether other
    pods come of it.
    """

    changes: ClassVar[tuple[str, ...]] = ROLLED
    rolls_out: ClassVar[bool] = True

    lifetime: Annotated[Duration, option("--for", help="undo it after; else it stays")] = timedelta()
    patience: Annotated[Duration, option("--timeout", help="follow the rollout for")] = timedelta(minutes=5)
    leaves: Annotated[bool, option("--no-wait", help="don't follow the rollout")] = False

    def __post_init__(self) -> None:
        if self.lifetime and not _SHORTEST <= self.lifetime <= _LONGEST:
            raise UsageError("`--for` takes 10s to 24h", hint="Try `--for 30m`.")
        if self.patience > _LONGEST_LOOK:
            raise UsageError("`--timeout` takes at most 10m", hint="Try `--timeout 10m`.")
        self.wish()

    def wish(self) -> WorkloadWish:
        """What is wanted. Raises UsageError for what was typed wrong."""
        raise NotImplementedError(self.verb)

    @property
    def instead(self) -> str:
        return "Docker has no deployments; `ps` lists its containers."

    @property
    def lasting(self) -> str:
        """A rollout ends pods, and with them what was in them."""
        return "what is in the pods that end or are replaced, and what they are doing"

    async def plan(self, found: Thing, bench: Bench) -> Plan:
        bench.require(self.verb, self.needs, self.instead)
        thing = workload_of(found, self.verb, self.changes)
        plan = await bench.port(ChangesPort).plan_change(thing, self.resolved(bench), passing=bool(self.lifetime))
        return replace(plan, ends_s=self.lifetime.total_seconds())

    def resolved(self, bench: Bench) -> WorkloadWish:
        """The same, with what its words stand for here."""
        return self.wish()

    async def run(self, found: Resource, bench: Bench) -> AsyncGenerator[Output, None]:
        (change,) = bench.plan.patches
        yield Progress(f"changing {found.name}")
        await bench.maker.change(change)
        yield Note(self._done(change))
        if self.rolls_out and not self.leaves:
            async with aclosing(self.followed(bench, found, change)) as outputs:
                async for output in outputs:
                    yield output

    def followed(self, bench: Bench, found: Resource, change: Change) -> AsyncGenerator[Output, None]:
        """What comes of it, as long as it stays."""
        return follow(bench, found, min(self.patience, self.lifetime or self.patience), self._way_back(change))

    def _done(self, change: Change) -> str:
        said = f"Changed: {', '.join(str(edit) for edit in change.effects)}."
        if self.lifetime:
            return f"{said} It is undone after {show_duration(self.lifetime.total_seconds())}; `clean` does so now."
        back = self._way_back(change)
        return f"{said} `{back}` puts it back." if back else said

    def _way_back(self, change: Change) -> str:
        name = name_of(change.thing)
        return f"clean {name}" if self.lifetime else self.back(name, change)

    def back(self, name: str, change: Change) -> str:
        """The command that puts it back; nothing where none does."""
        return f"rollout undo {name}"


@dataclass(frozen=True, kw_only=True)
class ContainersChange(WorkloadChange):
    """One of what its containers are: of one of them, or of each."""

    container: Annotated[str, option("--container", "-c", help="of this container; else of each")] = ""

    @property
    def part(self) -> str:
        """The object itself is meant, not one of its containers."""
        return ""

    @property
    def changed(self) -> str:
        """Which container, or each."""
        return self.container or EACH
