"""The workspace's people, channels, messages, files and modals, in memory."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

TEAM = "T0PLAY"
BOT_USER, BOT_ID = "U0CDEBUG", "B0CDEBUG"
TRIGGER_S, RESPONSE_S, RESPONSES = 3.0, 1_800.0, 5


@dataclass
class User:
    """A member, or somebody from another workspace who shares a channel."""

    id: str
    name: str
    real_name: str
    team: str = TEAM
    bot: bool = False
    guest: bool = False
    deleted: bool = False


@dataclass
class Channel:
    """kind: channel, private or im. shared: with another workspace."""

    id: str
    name: str
    kind: str = "channel"
    members: set[str] = field(default_factory=set)
    shared: bool = False


@dataclass
class Message:
    """`only_for` is set for an ephemeral message: it can't be edited and only that user sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    files: list[str] = field(default_factory=list)
    only_for: str = ""
    edited: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=time.time)


@dataclass
class File:
    """`shared` becomes true when the upload was completed."""

    id: str
    name: str
    length: int
    title: str = ""
    data: bytes = b""
    shared: bool = False


@dataclass
class View:
    """An open modal, seen by one user."""

    id: str
    user: str
    view: dict[str, Any]
    hash: str


@dataclass
class Trigger:
    """Allows one modal for three seconds."""

    user: str
    made: float


@dataclass
class Response:
    """A response_url: five uses within half an hour."""

    user: str
    channel: str
    thread: str
    made: float
    used: int = 0


class Refused(Exception):
    """The Web API answers ok: false with this error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


class Workspace:
    """All state. `changed` wakes the pages."""

    def __init__(self) -> None:
        self.users = {user.id: user for user in _people()}
        self.channels = {channel.id: channel for channel in _channels()}
        self.group = {"U0CEM"}  # the members of the one user group, S0SRE
        self.messages: dict[str, list[Message]] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, Response] = {}
        self.version = 0
        self._waiting = asyncio.Condition()
        self._ticks = itertools.count(1)

    async def changed(self) -> None:
        """Say that pages should look again."""
        async with self._waiting:
            self.version += 1
            self._waiting.notify_all()

    async def next_version(self, seen: int) -> int:
        """Wait until there is something newer than `seen`."""
        async with self._waiting:
            await self._waiting.wait_for(lambda: self.version > seen)
            return self.version

    def new_ts(self) -> str:
        """A message's time, which is its id in its channel."""
        return f"{int(time.time())}.{next(self._ticks):06d}"

    def opened(self, channel_id: str) -> str:
        """A user's id stands for the direct conversation with them, which posting there opens."""
        return self.direct_channel(channel_id).id if channel_id in self.users else channel_id

    def channel_for_bot(self, channel_id: str) -> Channel:
        """Raises Refused as Slack does where the bot isn't in it."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise Refused("channel_not_found")
        if BOT_USER not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def post(self, message: Message) -> Message:
        self.messages.setdefault(message.channel, []).append(message)
        return message

    def find(self, channel: str, ts: str) -> Message | None:
        return next((it for it in self.messages.get(channel, ()) if it.ts == ts and not it.only_for), None)

    def new_trigger(self, user: str) -> str:
        trigger = f"{next(self._ticks)}.{secrets.token_hex(8)}"
        self.triggers[trigger] = Trigger(user, time.monotonic())
        return trigger

    def take_trigger(self, trigger: str) -> Trigger:
        """Raises Refused for one that is unknown, used or older than three seconds."""
        known = self.triggers.pop(trigger, None)
        if known is None:
            raise Refused("invalid_trigger_id")
        if time.monotonic() - known.made > TRIGGER_S:
            raise Refused("expired_trigger_id")
        return known

    def new_response(self, user: str, channel: str, thread: str = "") -> str:
        key = secrets.token_hex(8)
        self.responses[key] = Response(user, channel, thread, time.monotonic())
        return key

    def direct_channel(self, user: str) -> Channel:
        """The direct conversation of a user with the bot."""
        key = f"D{user[1:]}"
        return self.channels.setdefault(key, Channel(key, "cdebug", "im", {user, BOT_USER}))


def _people() -> list[User]:
    return [
        User("U0ANN", "ann", "Ann Arbor"),
        User("U0BOB", "bob", "Bob Berlin"),
        User("U0CEM", "cem", "Cem Cairo"),
        User("U0DAN", "dan", "Dan Delhi"),
        User("U0EVE", "eve", "Eve Essen"),
        User("U0FAY", "fay", "Fay Faro"),
        User("U0GUEST", "gus", "Gus Guest", guest=True),
        User("U0STRANGER", "sol", "Sol Stranger", team="T0OTHER"),
        User("U0GONE", "gil", "Gil Gone", deleted=True),
        User("U0ROBOT", "robot", "Some Robot", bot=True),
        User(BOT_USER, "cdebug", "cdebug", bot=True),
    ]


def _channels() -> list[Channel]:
    members = {"U0ANN", "U0BOB", "U0CEM", "U0DAN", "U0EVE", "U0FAY", "U0GUEST", "U0GONE"}
    return [
        Channel("C0INCIDENT", "incidents", members={*members, BOT_USER}),
        Channel("C0SHOP", "team-shop", members={*members, BOT_USER}),
        Channel("C0RANDOM", "random", members=set(members)),
        Channel("C0SECRET", "secret", kind="private", members={"U0ANN", "U0BOB"}),
        Channel("C0SHARED", "partners", members={*members, "U0STRANGER", BOT_USER}, shared=True),
    ]
