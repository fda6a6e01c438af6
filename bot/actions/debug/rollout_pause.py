"""`rollout pause`: let changes of a deployment wait."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.core.action import TargetedAction
from bot.core.plan import Change
from bot.core.takes import one
from bot.core.wishes import Paused


@dataclass(frozen=True, kw_only=True)
class RolloutPause(
    WorkloadChange,
    TargetedAction,
    verb="rollout pause",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("rollout pause deploy/web",),
):
    """Let later changes of a deployment wait, so that several become one rollout."""

    changes = ("deployment",)
    rolls_out = False

    @property
    def lasting(self) -> str:
        return ""

    def wish(self) -> Paused:
        return Paused(yes=True)

    def back(self, name: str, change: Change) -> str:
        return f"rollout resume {name}"
