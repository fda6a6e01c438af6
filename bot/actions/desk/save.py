"""`save`: take it along."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, SaveKept


@dataclass(frozen=True)
class Save(DeskAction, verb="save", examples=("save",)):
    """Save this thread's last result as a file, without asking the engine again."""

    def effect(self) -> Effect:
        return SaveKept()
