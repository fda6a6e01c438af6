"""`whoami`: who you are to the bot."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, WhoAmI


@dataclass(frozen=True)
class Whoami(DeskAction, verb="whoami", examples=("whoami",)):
    """Say who you are to cdebug: your roles, your Kubernetes user, and what is known of this channel."""

    def effect(self) -> Effect:
        return WhoAmI()
