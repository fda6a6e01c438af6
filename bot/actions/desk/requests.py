"""`requests`: what waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import DeskAction
from bot.core.effect import Effect, ListRequests


@dataclass(frozen=True)
class Requests(DeskAction, verb="requests", examples=("requests",)):
    """List the requests that are waiting for approval: who wants what, and until when."""

    def effect(self) -> Effect:
        return ListRequests()
