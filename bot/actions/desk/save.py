"""`save`: take it along."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import Action
from bot.core.effect import Effect, SaveKept


@dataclass(frozen=True)
class Save(Action, verb="save", quiet=True, examples=("save",)):
    """Hand out this thread's last result as a file; the engine isn't asked."""

    def effect(self) -> Effect:
        return SaveKept()
