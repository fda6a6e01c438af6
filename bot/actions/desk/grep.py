"""`grep`: look again at what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, PatternText
from bot.core.effect import Effect, GrepKept
from bot.core.errors import UsageError


@dataclass(frozen=True)
class Grep(DeskAction, verb="grep", examples=("grep timeout", "grep 'status=5..'")):
    """Show the lines of this thread's last result in which a pattern (RE2) is found; the engine isn't asked."""

    text: Annotated[PatternText, Parameter(help="the pattern")] = ""

    def __post_init__(self) -> None:
        if not self.text:
            raise UsageError("`grep` needs a pattern", hint="Write `grep timeout`.")

    def effect(self) -> Effect:
        return GrepKept(self.text)
