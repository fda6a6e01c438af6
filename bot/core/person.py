"""Who asks, and where the answer will be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A Slack user, as Slack describes them now and as the YAML knows them."""

    team: str
    user: str
    name: str
    bot: bool = False
    guest: bool = False
    stranger: bool = False
    deactivated: bool = False
    roles: frozenset[str] = frozenset()

    @property
    def mention(self) -> str:
        return f"<@{self.user}>"


@dataclass(frozen=True)
class Channel:
    """A conversation. kind: channel, private, group or direct; shared: with another company."""

    id: str
    kind: str
    shared: bool = False
    guests: bool = False
