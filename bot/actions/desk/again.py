"""`again`: the same once more."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, Rerun


@dataclass(frozen=True)
class Again(DeskAction, verb="again", examples=("again",)):
    """Run this thread's last command again, on the engine as it is now."""

    def effect(self) -> Effect:
        return Rerun()
