"""`deny`: a second person's no; or one's own, second thoughts."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown, option
from bot.core.effect import DenyRequest, Effect
from bot.core.errors import UsageError


@dataclass(frozen=True)
class DenyVerb(DeskAction, verb="deny", examples=("deny 3f9a8b7c6d5e4f1 --why 'not during the sale'",)):
    """Deny a request by its id; one denial is enough. Denying your own request withdraws it."""

    id: Annotated[str, Parameter(help="the request's id"), Shown("ID")] = ""
    _: KW_ONLY
    why: Annotated[str, option("--why", help="the requester reads it"), Shown("WHY")] = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise UsageError("`deny` needs a request's id", hint="`requests` lists those that wait.")

    def effect(self) -> Effect:
        return DenyRequest(self.id, self.why)
