"""`scale`: more or fewer pods of a workload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.actions.kit.workloads import SCALED
from bot.core.action import Shown, TargetedAction, option
from bot.core.errors import UsageError
from bot.core.plan import Change
from bot.core.takes import one
from bot.core.wishes import WantedReplicas

_MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class Scale(
    WorkloadChange,
    TargetedAction,
    verb="scale",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("scale deploy/web --replicas 3", "scale deploy/worker --replicas 0 --for 30m"),
):
    """Set how many pods a deployment or a stateful set has, for a while or for good; say what else decides on it."""

    changes = SCALED

    replicas: Annotated[int | None, option("--replicas", help="how many"), Shown("COUNT")] = None

    def wish(self) -> WantedReplicas:
        if self.replicas is None or not 0 <= self.replicas <= _MOST:
            raise UsageError(f"`scale` needs `--replicas` of 0 to {_MOST:,}", hint="Try `--replicas 3`.")
        return WantedReplicas(self.replicas)

    def back(self, name: str, change: Change) -> str:
        before = next((edit.old for edit in change.effects if edit.place[-1] == "replicas"), None)
        return f"scale {name} --replicas {1 if before is None else before}"
