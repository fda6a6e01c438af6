"""`approve`: a second person's yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown
from bot.core.effect import ApproveRequest, Effect
from bot.core.errors import UsageError


@dataclass(frozen=True)
class Approve(DeskAction, verb="approve", examples=("approve 3f9a8b7c6d5e4f1",)):
    """Approve somebody else's request by its id, as the button on its card does."""

    id: Annotated[str, Parameter(help="the request's id"), Shown("ID")] = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise UsageError("`approve` needs a request's id", hint="`requests` lists those that wait.")

    def effect(self) -> Effect:
        return ApproveRequest(self.id)
