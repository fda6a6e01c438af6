"""`sidecar`: one more container in each pod of a workload, to look at the others from."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.actions.kit.workloads import name_of
from bot.core.action import Duration, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Note, Output
from bot.core.plan import Plan
from bot.core.powers import user_of
from bot.core.takes import one
from bot.core.target import Resource, Thing
from bot.core.wishes import WantedSidecar

_NAME = "cdebug-sidecar"
_OPEN = f"whoever may work inside its containers can use `{_NAME}` while it is there, and nobody is asked for that"
_SHARED = "its programs are no longer process 1, and see each other's processes and files under /proc"


@dataclass(frozen=True, kw_only=True)
class Sidecar(
    WorkloadChange,
    TargetedAction,
    verb="sidecar",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("sidecar deploy/web", "sidecar deploy/web --image netshoot --volume data --for 2h"),
):
    """Put a container of the toolbox, or of another image, into each pod of a workload, for a while; its pods are new.

    It sees the processes of the others and may trace them; `exec` and `sh` enter it by its name. `debug` does the same
    for one pod without replacing it.
    """

    image: Annotated[
        str, option("--image", help="an image, or a short name of `images --catalogue`; else the toolbox")
    ] = ""
    user: Annotated[str, option("--as", help="as this user id and group id"), Shown("UID[:GID]")] = ""
    volumes: Annotated[
        tuple[str, ...], option("--volume", help="one of the pod's volumes, to read"), Shown("NAME")
    ] = ()
    lifetime: Annotated[Duration, option("--for", help="take it out after")] = timedelta(minutes=30)

    def __post_init__(self) -> None:
        if not self.lifetime:
            raise UsageError("a sidecar has an end", hint="Try `--for 30m`.")
        super().__post_init__()

    def wish(self) -> WantedSidecar:
        user = user_of(self.user) if self.user else ""
        return WantedSidecar(_NAME, self.image, user, tuple(dict.fromkeys(self.volumes)))

    def resolved(self, bench: Bench) -> WantedSidecar:
        """Raises Denied for an image that isn't allowed."""
        return replace(self.wish(), image=bench.limits.images.chosen(self.image))

    async def plan(self, found: Thing, bench: Bench) -> Plan:
        plan = await super().plan(found, bench)
        return replace(plan, warnings=(*plan.warnings, _SHARED, _OPEN))

    async def run(self, found: Resource, bench: Bench) -> AsyncGenerator[Output, None]:
        async with aclosing(super().run(found, bench)) as outputs:
            async for output in outputs:
                yield output
        yield Note(f"`sh {name_of(found)} -c {_NAME}` opens a shell in it.")
