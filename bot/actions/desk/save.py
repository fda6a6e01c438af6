"""`save`: take it along."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, SaveKept


@dataclass(frozen=True)
class Save(DeskAction, verb="save", examples=("save",)):
    """Hand out this thread's last result as a file; the engine isn't asked."""

    def effect(self) -> Effect:
        return SaveKept()
