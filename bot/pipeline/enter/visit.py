"""An act of somebody who was admitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.person import Channel, Person
from bot.core.policy import PLAIN, Allow, Circumstances, Decision, Policy
from bot.core.request import Request
from bot.core.target import Found


@dataclass(frozen=True)
class Visit:
    """What they did, who they are, where the answer will be read, and the rules that say what they may."""

    request: Request
    person: Person
    channel: Channel
    policy: Policy

    def sees(self, found: Found) -> bool:
        """Whether the place and each object in it exist for this person, read here."""
        return self.policy.sees_all(self.person, self.channel, found)

    def decide(self, verb: str, found: Found, known: Circumstances = PLAIN) -> Decision:
        """May they use a verb on a place, on each object in it, and on each that is planned?"""
        return self.policy.decide_all(self.person, self.channel, verb, found, known)

    def may(self, verb: str, found: Found, known: Circumstances = PLAIN) -> bool:
        """Whether they may, as it stands."""
        return isinstance(self.decide(verb, found, known), Allow)

    def saying(self, text: str) -> Visit:
        """The same person's, of another command."""
        return replace(self, request=self.request.saying(text))
