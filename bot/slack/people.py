"""People and channels as Slack knows them, kept for a minute. What can't be known is a denial."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import Denied, Unavailable
from bot.core.person import Channel, Person
from bot.slack.calls import call

T = TypeVar("T")
_KEEP_S = 60.0
_MOST = 5_000


class Remembered(Generic[T]):
    """Answers for a minute, each question asked once at a time."""

    def __init__(self, ask: Callable[[str], Awaitable[T]]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[float, T]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def get(self, key: str) -> T:
        async with self._asking.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known and time.monotonic() - known[0] < _KEEP_S:
                return known[1]
            answer = await self._ask(key)
            if len(self._known) >= _MOST:
                self._known.clear()
                self._asking = {key: self._asking[key]}
            self._known[key] = (time.monotonic(), answer)
            return answer


class People:
    """The directory. workspaces: team ids whose people are ours; roles: a user id's roles, from the YAML."""

    def __init__(self, client: AsyncWebClient, workspaces: frozenset[str], roles: Mapping[str, frozenset[str]]) -> None:
        self._client, self._workspaces, self._roles = client, workspaces, roles
        self._people = Remembered(self._ask_person)
        self._channels = Remembered(self._ask_channel)

    async def person(self, team: str, user: str) -> Person:
        """Raises Denied when Slack can't say who that is, Unavailable when it doesn't answer."""
        person = await self._people.get(user)
        if team not in self._workspaces or (person.team or team) not in self._workspaces:
            return replace(person, stranger=True)
        return person

    async def channel(self, channel: str) -> Channel:
        """Raises NotInvited for a channel that the bot can't see."""
        return await self._channels.get(channel)

    async def _ask_person(self, user: str) -> Person:
        try:
            known = (await call("look up who you are", lambda: self._client.users_info(user=user)))["user"]
        except Unavailable as error:
            if "user_not_found" in error.why or "user_not_visible" in error.why:
                raise Denied("cdebug can't tell who you are", why=error.why, hint="Ask an operator.") from error
            raise
        team = known.get("team_id", "")
        return Person(
            team=team,
            user=user,
            name=_name(known),
            bot=bool(known.get("is_bot")) or user == "USLACKBOT",
            guest=bool(known.get("is_restricted") or known.get("is_ultra_restricted")),
            stranger=bool(known.get("is_stranger")),
            deactivated=bool(known.get("deleted")),
            roles=self._roles.get(user, frozenset()),
        )

    async def _ask_channel(self, channel: str) -> Channel:
        known = (await call("look up this channel", lambda: self._client.conversations_info(channel=channel)))[
            "channel"
        ]
        return Channel(channel, _kind(known), shared=_shared(known))


def _name(known: Mapping[str, Any]) -> str:
    profile = known.get("profile") or {}
    return str(profile.get("display_name") or known.get("real_name") or known.get("name") or known["id"])


def _kind(known: Mapping[str, Any]) -> str:
    if known.get("is_im"):
        return "direct"
    if known.get("is_mpim"):
        return "group"
    return "private" if known.get("is_private") else "channel"


def _shared(known: Mapping[str, Any]) -> bool:
    """With another company. Shared between workspaces of one organisation is not that."""
    outside = known.get("is_ext_shared") or known.get("is_pending_ext_shared")
    return bool(outside or (known.get("is_shared") and not known.get("is_org_shared")))
