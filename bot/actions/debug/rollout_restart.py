"""`rollout restart`: replace all pods of a workload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.core.action import TargetedAction
from bot.core.plan import Change
from bot.core.takes import one
from bot.core.wishes import Restarted


@dataclass(frozen=True, kw_only=True)
class RolloutRestart(
    WorkloadChange,
    TargetedAction,
    verb="rollout restart",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("rollout restart deploy/web",),
):
    """Replace the pods of a workload by new ones, a few at a time as its strategy says; then follow the rollout."""

    lifetime: Annotated[timedelta, Parameter(parse=False)] = timedelta()  # nothing undoes it

    def wish(self) -> Restarted:
        return Restarted()

    def back(self, name: str, change: Change) -> str:
        return ""
