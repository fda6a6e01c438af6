"""`stop`: enough."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, StopRuns


@dataclass(frozen=True)
class Stop(DeskAction, verb="stop", examples=("stop",)):
    """Stop what is running in this thread; what it has said so far stays."""

    def effect(self) -> Effect:
        return StopRuns()
