"""`rollout restart`: replace all pods of a workload."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.core.action import TargetedAction
from bot.core.errors import UsageError
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

    def wish(self) -> Restarted:
        if self.lifetime:
            raise UsageError("a restart can't be undone", hint="Leave `--for` out.")
        return Restarted()

    def back(self, name: str, change: Change) -> str:
        return ""
