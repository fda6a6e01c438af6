"""A command that was understood, by whom, and where it will be read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import Action, Layer
from bot.core.approval import Approval
from bot.core.person import Channel, Person
from bot.core.request import Request


def is_reading(action: Action) -> bool:
    """Whether a command changes nothing where it runs: it may be done twice, everything else never by itself."""
    return action.layer in (Layer.LOOK, Layer.DESK)


@dataclass(frozen=True)
class Grant:
    """The approval that a run stands on, and how many votes of it count."""

    approval: Approval
    votes: int


@dataclass(frozen=True)
class Asked:
    """command: as people may read it, redacted. grant: the approval that allows it, None where none
    was needed yet. work: the request whose work it is: the press that approved it, where there was one.
    glass_broken: it runs without the approval that it needs, and everybody who audits was told.
    """

    request: Request
    person: Person
    channel: Channel
    action: Action
    command: str
    context: str
    namespace: str
    grant: Grant | None
    work: Request
    first: str = ""
    glass_broken: bool = False

    @property
    def where(self) -> str:
        """The place in one word, as every root message names it."""
        return f"{self.context}/{self.namespace}" if self.namespace else self.context
