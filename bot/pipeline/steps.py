"""What comes next after a step: nothing, or a command to run. Steps return it, and the pipeline goes on from there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.approval import Approval
from bot.core.request import Request
from bot.pipeline.enter.visit import Visit


@dataclass(frozen=True)
class RunAgain:
    """A command that was kept, which the visit's text is now; `typed_by` is who typed it first."""

    visit: Visit
    typed_by: str


@dataclass(frozen=True)
class RunApproved:
    """What was asked for, as its requester. work: the vote that was the last one; votes: how many count."""

    work: Request
    approval: Approval
    requester: Visit
    votes: int


@dataclass(frozen=True)
class OpenShell:
    """The thread's shell for one more person, beginning with the line that they typed."""

    visit: Visit
    command: str


Next = RunAgain | RunApproved | OpenShell | None
