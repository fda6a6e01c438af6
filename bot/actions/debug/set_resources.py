"""`set resources`: what the containers of a workload ask for, and what they may use."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.changing import NEEDS, RIGHTS, ContainersChange
from bot.actions.kit.resizing import follow_resize
from bot.actions.kit.workloads import ROLLED
from bot.core.action import Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Output
from bot.core.plan import Change, Plan
from bot.core.takes import one
from bot.core.target import Resource, Thing
from bot.core.wishes import WantedResources


@dataclass(frozen=True, kw_only=True)
class SetResources(
    ContainersChange,
    TargetedAction,
    verb="set resources",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("set resources deploy/web --limits memory=512Mi", "set resources pod/web-1 -c web --limits cpu=1"),
):
    """Set what a workload's containers ask for and may use; what isn't named stays. Then follow the rollout.

    Of a pod it is set in place, while it runs, as far as its node can.
    """

    changes = (*ROLLED, "pod")

    limits: Annotated[str, option("--limits", help="as `cpu=500m,memory=512Mi`"), Shown("QUANTITIES")] = ""
    requests: Annotated[str, option("--requests", help="the same, of what it asks for"), Shown("QUANTITIES")] = ""

    async def plan(self, found: Thing, bench: Bench) -> Plan:
        if found.kind == "pod" and self.lifetime:
            raise UsageError("what a pod may use is set for good", hint="Leave `--for` out, and set it back later.")
        return await super().plan(found, bench)

    def followed(self, bench: Bench, found: Resource, change: Change) -> AsyncGenerator[Output, None]:
        if found.kind == "pod":
            return follow_resize(bench, found, self.patience)
        return super().followed(bench, found, change)

    def back(self, name: str, change: Change) -> str:
        return "" if change.thing.kind == "pod" else super().back(name, change)

    def wish(self) -> WantedResources:
        if not (self.limits or self.requests):
            raise UsageError("`set resources` needs `--limits` or `--requests`", hint="Try `--limits memory=512Mi`.")
        return WantedResources(_quantities(self.requests), _quantities(self.limits), self.changed)


def _quantities(text: str) -> dict[str, str]:
    """`cpu=500m,memory=512Mi`. The cluster says what it takes for a quantity."""
    pairs = [part.partition("=") for part in text.split(",") if part]
    if wrong := next((name for name, _, value in pairs if not name or not value), None):
        raise UsageError("no quantity is given for", wrong[:80], hint="Write `cpu=500m,memory=512Mi`.")
    return {name: value for name, _, value in pairs}
