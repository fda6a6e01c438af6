"""`sessions`: what is live in this channel's threads."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, ListSessions


@dataclass(frozen=True)
class SessionsVerb(DeskAction, verb="sessions", examples=("sessions",)):
    """List what is running in this channel (follows, shells) and who started it."""

    def effect(self) -> Effect:
        return ListSessions()
