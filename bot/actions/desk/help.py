"""`help`: what can be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown
from bot.core.effect import Effect, ShowManual


@dataclass(frozen=True)
class Help(DeskAction, verb="help", examples=("help", "help logs", "help rollout undo")):
    """List the verbs, or explain one."""

    words: Annotated[tuple[str, ...], Parameter(help="a verb, of one word or two"), Shown("[VERB]")] = ()

    def effect(self) -> Effect:
        return ShowManual(" ".join(self.words))
