"""An act of somebody who was admitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.person import Channel, Person
from bot.core.request import Request


@dataclass(frozen=True)
class Visit:
    """What they did, who they are, and where the answer will be read."""

    request: Request
    person: Person
    channel: Channel

    def saying(self, text: str) -> Visit:
        """The same person's, of another command."""
        return replace(self, request=replace(self.request, text=text))
