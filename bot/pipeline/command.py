"""A command that was understood, by whom, and where it will be read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import effect
from bot.core.action import Action, DeskAction, Layer
from bot.core.approval import Approval
from bot.core.person import Channel, Person
from bot.core.plan import NO_PLAN, Plan
from bot.core.policy import Circumstances
from bot.core.request import Request
from bot.pipeline.enter.visit import Visit

_CHANGES = (effect.ApproveRequest, effect.DenyRequest, effect.StopRuns, effect.UseScope, effect.Rerun, effect.CleanUp)


def is_reading(action: Action) -> bool:
    """Whether a command changes nothing: it may be done twice, and late; everything else never by itself."""
    if isinstance(action, DeskAction):
        return not isinstance(action.effect(), _CHANGES)
    return action.layer is Layer.LOOK


@dataclass(frozen=True)
class Grant:
    """The approval that a run stands on, and how many votes of it count. again: for what was made under it, and for
    nothing new.
    """

    approval: Approval
    votes: int
    again: bool = False


@dataclass(frozen=True)
class Command:
    """text: it as people may read it, redacted. grant: the approval that allows it, None where none
    was needed yet. work: the request whose work it is: the press that approved it, where there was one.
    glass_broken: it runs without the approval that it needs, and everybody who audits was told. plan: what was decided
    on.
    """

    visit: Visit
    action: Action
    text: str
    context: str
    namespace: str
    grant: Grant | None
    work: Request
    first: str = ""
    glass_broken: bool = False
    plan: Plan = NO_PLAN

    @property
    def request(self) -> Request:
        return self.visit.request

    @property
    def person(self) -> Person:
        return self.visit.person

    @property
    def channel(self) -> Channel:
        return self.visit.channel

    @property
    def circumstances(self) -> Circumstances:
        """What policy looks at beside the person, the place and the objects."""
        return Circumstances(self.grant.votes if self.grant else 0, plan=self.plan)

    @property
    def where(self) -> str:
        """The place in one word, as every root message names it."""
        return f"{self.context}/{self.namespace}" if self.namespace else self.context
