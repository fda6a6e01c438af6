"""What is remembered, and by whom it can be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.core.approval import Approval
from bot.core.audit import AuditPage, Entry
from bot.core.ledger import MadeObject
from bot.core.plan import NO_PLAN, Plan
from bot.core.request import Place, Request
from bot.core.session import Default, Session
from bot.core.subject import Subject
from bot.core.target import Found


@dataclass(frozen=True)
class StoredResult:
    """A result on the shelf: redacted lines, or rows as lines under `columns`.

    found: what it is of; mentions: whose names else are in it; user: who asked for it; plan: what was done for it.
    """

    id: str
    name: str
    title: str
    found: Found
    columns: tuple[str, ...] = ()
    shows_end: bool = False
    lines: int = 0
    dropped: int = 0
    notes: tuple[str, ...] = ()
    verb: str = ""
    mentions: Subject | None = None
    user: str = ""
    plan: Plan = NO_PLAN


@dataclass(frozen=True)
class Window:
    """What one message shows of a kept result; `whole` is the result that a filter was applied to."""

    id: str
    kept: str
    whole: str
    first: int
    last: int
    pattern: str = ""
    place: Place = field(default_factory=lambda: Place("", "", ""))
    message: str = ""


class Shelf(Protocol):
    """Kept results and the windows that messages show of them, for a day."""

    async def append(self, kept_id: str, block: bytes) -> int: ...
    async def finish(self, kept: StoredResult) -> None: ...
    async def get(self, kept_id: str) -> StoredResult | None: ...
    async def read(self, kept_id: str, first: int, last: int) -> list[bytes]: ...
    def blocks(self, kept_id: str) -> AsyncIterator[bytes]: ...
    async def put_window(self, window: Window) -> None: ...
    async def window(self, window_id: str) -> Window | None: ...


@dataclass(frozen=True)
class Menu:
    """A question that was asked; the answer is an index into `commands`, which `user` typed."""

    id: str
    place: Place
    commands: tuple[str, ...]
    user: str = ""


class Sessions(Protocol):
    """What threads and channels remember."""

    async def session(self, place: Place) -> Session | None: ...
    async def remember(self, place: Place, session: Session) -> None: ...
    async def default(self, team: str, channel: str) -> Default | None: ...
    async def set_default(self, team: str, channel: str, default: Default) -> None: ...
    async def put_menu(self, menu: Menu) -> None: ...
    async def menu(self, menu_id: str) -> Menu | None: ...


class Approvals(Protocol):
    """Requests for approval; a change succeeds only where it finds what it expects."""

    async def put(self, approval: Approval) -> None: ...
    async def get(self, approval_id: str) -> Approval | None: ...
    async def swap(self, old: Approval, new: Approval) -> bool: ...
    async def waiting(self) -> list[Approval]: ...
    async def due(self, now: float) -> list[Approval]: ...
    async def put_pass(self, key: str, approval_id: str, seconds: float) -> None: ...
    async def get_pass(self, key: str) -> str: ...


class Journal(Protocol):
    """The audit. What `write` returns from is on disk, in this order."""

    async def write(self, *entries: Entry) -> None: ...
    async def read(self, most: int) -> AuditPage: ...


@dataclass(frozen=True)
class LiveRun:
    """A run that is under way somewhere. command: as people may read it; text: as it is typed again.

    shell: the user whose shell it is, nothing for other runs. votes: the approvals that it
    stands on, glass: or that it runs without.
    """

    id: str
    verb: str
    command: str
    text: str
    user: str
    found: Found
    votes: int = 0
    glass: bool = False
    shell: str = ""
    plan: Plan = NO_PLAN
    replica: str = ""


@dataclass(frozen=True)
class Letter:
    """Mail for a live run. `text` is a line; `by` the mention of who sent it."""

    run: str
    kind: Literal["line", "interrupt", "stop"]
    by: str = ""
    text: str = ""


class Live(Protocol):
    """The live runs of all replicas."""

    async def add(self, place: Place, run: LiveRun) -> None: ...
    async def remove(self, place: Place, run_id: str) -> None: ...
    async def of(self, place: Place) -> list[LiveRun]: ...
    async def in_channel(self, place: Place) -> list[LiveRun]: ...
    async def send(self, run: LiveRun, letter: Letter) -> None: ...


class Ledger(Protocol):
    """What cdebug made and has not undone; a change succeeds only where it finds what it expects."""

    async def intend(self, entry: MadeObject) -> None: ...
    async def get(self, entry_id: str) -> MadeObject | None: ...
    async def move(self, old: MadeObject, new: MadeObject) -> bool: ...
    async def open(self) -> list[MadeObject]: ...


class Meter(Protocol):
    """Counts what people do, so that a flood is refused."""

    async def admit(self, request: Request) -> str: ...


class Inbox(Protocol):
    """The inbox's record of one request: how far its work came."""

    async def begun(self, request: Request, place: Place) -> None: ...  # raises Unavailable for what isn't ours
    async def done(self, request: Request) -> None: ...
