"""`plant`: an invented verb that makes a helper beside a container; what it makes depends on what is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Annotated

from bot.core.action import TargetedAction, option
from bot.core.bench import Bench
from bot.core.output import Note, Output, Progress
from bot.core.plan import Change, Plan
from bot.core.takes import one
from bot.core.target import Container, NewObject

MADE: list[str] = []
_SECONDS = 1_800


@dataclass(frozen=True, kw_only=True)
class Plant(TargetedAction, verb="plant", takes=one("container")):
    """Make a helper beside a container."""

    image: Annotated[str, option("--image", help="of the helper")] = "toolbox:1"
    without: Annotated[str, option("--without", help="a container that goes for it")] = ""
    power: Annotated[bool, option("--privileged", help="as root of the machine")] = False

    swapped: Annotated[bool, option("--swapped", help="make something else than was planned")] = False
    twice: Annotated[bool, option("--twice", help="make it a second time")] = False
    without_end: Annotated[bool, option("--endless", help="plan no end")] = False
    kept: Annotated[bool, option("--keep", help="let it stay for later commands")] = False
    stays: Annotated[int, option("--stays", help="seconds that it is used for")] = 0

    async def plan(self, found: Container, bench: Bench) -> Plan:
        helper = NewObject(
            found.scope,
            f"{found.name}-helper",
            {"Image": self.image, "Cmd": ["sleep", str(_SECONDS)]},
            labels=found.labels,
            stays=self.kept,
        )
        return Plan(
            images=(self.image,),
            privileged=self.power,
            capabilities=("SYS_PTRACE",),
            creates=(helper,),
            deletes=(Change(replace(found, name=self.without, id=f"id-{self.without}")),) if self.without else (),
            ends_s=0 if self.without_end else _SECONDS,
            passed_over=(("as the target's user", "it can't see other people's processes"),),
        )

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        (helper,) = bench.plan.creates
        helper = replace(helper, spec={"Image": "toolbox:evil"}) if self.swapped else helper
        yield Progress(f"making {helper.name}")
        async with bench.maker.made(helper) as made:
            MADE.append(f"{made.name} of {made.image}")
            yield Note(f"`{made.name}` is {made.state}.")
            await asyncio.sleep(self.stays)
        if self.twice:
            async with bench.maker.made(helper):
                yield Note("and again")
