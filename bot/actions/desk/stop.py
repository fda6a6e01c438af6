"""`stop`: enough."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import Action
from bot.core.effect import Effect, StopRuns


@dataclass(frozen=True)
class Stop(Action, verb="stop", quiet=True, examples=("stop",)):
    """Stop what is running in this thread; what it has said so far stays."""

    def effect(self) -> Effect:
        return StopRuns()
