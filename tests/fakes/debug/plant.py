"""`plant`: an invented verb that makes a helper beside a container; what it makes depends on what is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Annotated

from bot.core.action import TargetedAction, option
from bot.core.bench import Bench
from bot.core.output import Note, Output
from bot.core.plan import Change, Plan
from bot.core.takes import one
from bot.core.target import Container, NewObject

MADE: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Plant(TargetedAction, verb="plant", takes=one("container")):
    """Make a helper beside a container."""

    image: Annotated[str, option("--image", help="of the helper")] = "toolbox:1"
    without: Annotated[str, option("--without", help="a container that goes for it")] = ""
    power: Annotated[bool, option("--privileged", help="as root of the machine")] = False

    async def plan(self, found: Container, bench: Bench) -> Plan:
        helper = NewObject(
            found.scope, f"{found.name}-helper", {"image": self.image, "beside": found.id}, labels=found.labels
        )
        return Plan(
            images=(self.image,),
            privileged=self.power,
            capabilities=("SYS_PTRACE",),
            creates=(helper,),
            deletes=(Change(replace(found, name=self.without, id=f"id-{self.without}")),) if self.without else (),
            ends_s=1_800,
            passed_over=(("as the target's user", "it can't see other people's processes"),),
        )

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        for thing in bench.plan.creates:
            MADE.append(f"{thing.name} of {thing.spec['image']}")
            yield Note(f"`{thing.name}` is there.")
