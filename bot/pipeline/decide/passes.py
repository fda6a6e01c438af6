"""An approval that holds while what it let somebody make is there: they use it again from that thread, unasked.

A pass is for one person, thread, target and plan; it ends with what was made, at the latest at that thing's end. The
votes that it stands on are counted anew each time, and each command is decided and audited like any.
"""

from __future__ import annotations

from bot.core.approval import Approval, pass_of
from bot.core.errors import CdebugError
from bot.core.policy import Allow, Circumstances
from bot.core.ports.making import MakingPort
from bot.core.request import Place
from bot.core.target import Found
from bot.pipeline.command import Command, Grant
from bot.pipeline.decide.approving import Approving
from bot.pipeline.decide.finding import Finder
from bot.pipeline.parts import Parts
from bot.pipeline.run.undoing import signer


class Passes:
    """Given with an approved run, and looked at before anybody is asked."""

    def __init__(self, parts: Parts, finder: Finder, approving: Approving) -> None:
        self._parts, self._finder, self._approving = parts, finder, approving

    async def give(self, command: Command, place: Place, found: Found) -> None:
        """With a run that was approved, where it makes something that stays. Raises Unavailable."""
        plan, grant = command.plan, command.grant
        if grant and any(thing.stays for thing in plan.creates):
            key = pass_of(command.request, place, found, plan)
            await self._parts.approvals.put_pass(key, grant.approval.id, plan.ends_s)

    async def grant_of(self, command: Command, place: Place, found: Found) -> Grant | None:
        """What lets this command run without a question; None where somebody has to be asked. Raises Unavailable."""
        if not any(thing.stays for thing in command.plan.creates):
            return None
        approval_id = await self._parts.approvals.get_pass(pass_of(command.request, place, found, command.plan))
        approval = await self._parts.approvals.get(approval_id) if approval_id else None
        if approval is None or approval.state != "spent" or approval.identity != command.person.identity:
            return None
        votes = await self._approving.count(approval)
        known = Circumstances(votes, plan=command.plan)
        if not isinstance(command.visit.decide(command.action.verb, found, known), Allow):
            return None
        return Grant(approval, votes, again=True) if await self._stands(command, found, approval) else None

    async def _stands(self, command: Command, found: Found, approval: Approval) -> bool:
        """Whether all that stays is there, made under this approval and not about to end."""
        engine = self._finder.engine(found.scope.context, command.visit).port(MakingPort)
        now = self._parts.now().timestamp()
        for thing in command.plan.creates:
            try:
                there = await engine.standing(thing) if engine else None
            except CdebugError:
                return False
            if there is None or there[1].command != approval.request.id:
                return False
            if not there[1].is_ours(signer(self._parts)) or there[1].is_due(now):
                return False
        return True
