"""`help`: what can be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown
from bot.core.effect import Effect, ShowManual


@dataclass(frozen=True)
class Help(DeskAction, verb="help", examples=("help", "help logs")):
    """List the verbs, or explain one."""

    topic: Annotated[str, Parameter(help="a verb"), Shown("[VERB]")] = ""

    def effect(self) -> Effect:
        return ShowManual(self.topic)
