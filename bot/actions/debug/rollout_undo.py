"""`rollout undo`: a workload as it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.core.action import Shown, TargetedAction, option
from bot.core.errors import UsageError
from bot.core.ports.changes import RevisionsPort
from bot.core.takes import one
from bot.core.wishes import RolledBack


@dataclass(frozen=True, kw_only=True)
class RolloutUndo(
    WorkloadChange,
    TargetedAction,
    verb="rollout undo",
    takes=one("object"),
    needs=(*NEEDS, RevisionsPort),
    rights=(*RIGHTS, "list replicasets.apps"),
    examples=("rollout undo deploy/web", "rollout undo deploy/web --to-revision 3"),
):
    """Make a workload what it was in the revision before, or in another that is kept; then follow the rollout.

    The card shows what differs. `rollout history` lists the revisions.
    """

    revision: Annotated[int, option("--to-revision", help="which; else the one before"), Shown("NUMBER")] = 0

    def wish(self) -> RolledBack:
        if self.revision < 0:
            raise UsageError("not the number of a revision:", self.revision, hint="`rollout history` lists them.")
        return RolledBack(self.revision)
