"""Who asks, and where the answer will be read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.said import Mention, mention


@dataclass(frozen=True)
class Person:
    """A Slack user, as Slack describes them now and as the YAML knows them.

    kubernetes: who they are for a cluster, with `groups`; empty where the YAML says nothing.
    """

    team: str
    user: str
    name: str
    bot: bool = False
    guest: bool = False
    stranger: bool = False
    deactivated: bool = False
    roles: frozenset[str] = frozenset()
    kubernetes: str = ""
    groups: tuple[str, ...] = ()

    @property
    def mention(self) -> Mention:
        return mention(self.user)

    @property
    def identity(self) -> str:
        """Two Slack accounts of one Kubernetes user are one person."""
        return f"kubernetes {self.kubernetes}" if self.kubernetes else f"slack {self.team}/{self.user}"

    @property
    def refusal(self) -> str:
        """Why somebody like this can't use cdebug at all; nothing where they can."""
        if self.stranger:
            return "people of other workspaces can't use cdebug"
        if self.bot:
            return "bots can't use cdebug"
        if self.guest:
            return "guests can't use cdebug"
        return "this account is deactivated" if self.deactivated else ""


@dataclass(frozen=True)
class Channel:
    """A conversation. kind: channel, private, group or direct; shared: with another company.

    guests: whether a guest reads along (what can't be known is yes); listed: the YAML names it under `channels`.
    """

    id: str
    kind: str
    shared: bool = False
    guests: bool = True
    listed: bool = False
