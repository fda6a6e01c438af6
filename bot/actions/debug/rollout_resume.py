"""`rollout resume`: go on with a paused deployment."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.core.action import TargetedAction
from bot.core.plan import Change
from bot.core.takes import one
from bot.core.wishes import Paused


@dataclass(frozen=True, kw_only=True)
class RolloutResume(
    WorkloadChange,
    TargetedAction,
    verb="rollout resume",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("rollout resume deploy/web",),
):
    """Roll out what was changed while a deployment was paused; then follow the rollout."""

    changes = ("deployment",)

    def wish(self) -> Paused:
        return Paused(yes=False)

    def back(self, name: str, change: Change) -> str:
        return f"rollout pause {name}"
