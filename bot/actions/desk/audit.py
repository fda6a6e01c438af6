"""`audit`: who ran that?"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Annotated

from bot.core.action import DeskAction, Shown, When, option
from bot.core.effect import Effect, ReadAudit


@dataclass(frozen=True)
class Audit(DeskAction, verb="audit", examples=("audit", "audit --target checkout --since 1h", "audit --who @ann")):
    """Show the last records of the audit, newest first, of what you may see. `audit verify` is the operator's."""

    _: KW_ONLY
    who: Annotated[str, option("--who", help="only this person's: a mention or a user id"), Shown("PERSON")] = ""
    target: Annotated[str, option("--target", help="only what reached an object of this name"), Shown("NAME")] = ""
    since: Annotated[When, option("--since", help="only after: `10m` ago, `14:05`, a time")] = ""

    def effect(self) -> Effect:
        return ReadAudit(self.who, self.target, self.since)
