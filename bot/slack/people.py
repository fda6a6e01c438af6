"""People, their groups and channels as Slack knows them, kept for a minute. What can't be known is a denial."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import CdebugError, Denied, Unavailable
from bot.core.person import Channel, Person
from bot.slack.calls import call

T = TypeVar("T")
_KEEP_S = 60.0
_MOST = 5_000
_MOST_MEMBERS = 200


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
            try:
                answer = await self._ask(key)
            except BaseException:
                self._asking.pop(key, None)  # nobody is remembered who isn't known
                raise
            if len(self._known) >= _MOST:
                self._known.clear()
                self._asking = {key: self._asking[key]}
            self._known[key] = (time.monotonic(), answer)
            return answer


@dataclass(frozen=True)
class RosterEntry:
    """One person of the YAML."""

    roles: frozenset[str] = frozenset()
    kubernetes: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """What the YAML says. workspaces: team ids whose people are ours; people: by user id; usergroups: their roles.

    listed: the channels that it names.
    """

    workspaces: frozenset[str]
    people: Mapping[str, RosterEntry] = field(default_factory=dict)
    usergroups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()


class People:
    """The directory. asks_for_guests: whether it matters that a guest reads along, which costs calls."""

    def __init__(self, client: AsyncWebClient, known: Roster, asks_for_guests: Callable[[], bool]) -> None:
        self._client, self._known, self._asks_for_guests = client, known, asks_for_guests
        self._people = Remembered(self._ask_person)
        self._channels = Remembered(self._ask_channel)
        self._groups = Remembered(self._ask_group)

    async def person(self, team: str, user: str) -> Person:
        """Raises Denied when Slack can't say who that is, Unavailable when it doesn't answer."""
        person = await self._people.get(user)
        ours = self._known.workspaces
        if team not in ours or (person.team or team) not in ours:
            return replace(person, stranger=True)
        return replace(person, roles=person.roles | await self._roles_by_group(user))

    async def _roles_by_group(self, user: str) -> frozenset[str]:
        """What the groups that somebody is in now give them. A group that can't be read refuses: it may forbid."""
        granted = [roles for group, roles in self._known.usergroups.items() if user in await self._groups.get(group)]
        return frozenset[str]().union(*granted)

    async def candidates(self) -> list[str]:
        """The user ids of everybody whom the YAML or one of its user groups gives a role."""
        named = [user for user, entry in self._known.people.items() if entry.roles]
        for group in self._known.usergroups:
            named += await self._groups.get(group)
        return sorted(set(named))

    async def _ask_group(self, group: str) -> frozenset[str]:
        what = f"look up the user group {group}"
        return frozenset((await call(what, lambda: self._client.usergroups_users_list(usergroup=group)))["users"])

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
        entry = self._known.people.get(user, RosterEntry())
        return Person(
            team=team,
            user=user,
            name=_name(known),
            bot=bool(known.get("is_bot")) or user == "USLACKBOT",
            guest=bool(known.get("is_restricted") or known.get("is_ultra_restricted")),
            stranger=bool(known.get("is_stranger")),
            deactivated=bool(known.get("deleted")),
            roles=entry.roles,
            kubernetes=entry.kubernetes,
            groups=entry.groups,
        )

    async def _ask_channel(self, channel: str) -> Channel:
        known = (await call("look up this channel", lambda: self._client.conversations_info(channel=channel)))[
            "channel"
        ]
        guests = await self._has_guests(channel) if self._asks_for_guests() else True
        return Channel(
            channel, _kind(known), shared=_shared(known), guests=guests, listed=channel in self._known.listed
        )

    async def _has_guests(self, channel: str) -> bool:
        """Slack has no single answer: every member is looked up. Too many, or no scope for it: yes."""
        try:
            body = await call(
                "list who reads along", lambda: self._client.conversations_members(channel=channel, limit=_MOST_MEMBERS)
            )
            if (body.get("response_metadata") or {}).get("next_cursor"):
                return True
            people = [await self._people.get(member) for member in body["members"]]
        except CdebugError:
            return True
        return any(person.guest or person.stranger for person in people if not person.bot)


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
