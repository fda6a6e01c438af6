"""Sessions, shelf, meter, inbox, approvals, audit and live runs in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.core.approval import Approval
from bot.core.audit import AuditPage, Entry
from bot.core.ledger import MadeObject
from bot.core.ports.state import Letter, LiveRun, Menu, StoredResult, Window
from bot.core.request import Place, Request
from bot.core.session import Default, Session


class MemorySessions:
    """What threads and channels remember."""

    def __init__(self) -> None:
        self.sessions: dict[tuple[str, str], Session] = {}
        self.defaults: dict[str, Default] = {}
        self.menus: dict[str, Menu] = {}

    async def session(self, place: Place) -> Session | None:
        return self.sessions.get((place.channel, place.thread))

    async def remember(self, place: Place, session: Session) -> None:
        self.sessions[place.channel, place.thread] = session

    async def default(self, team: str, channel: str) -> Default | None:
        return self.defaults.get(channel)

    async def set_default(self, team: str, channel: str, default: Default) -> None:
        self.defaults[channel] = default

    async def put_menu(self, menu: Menu) -> None:
        self.menus[menu.id] = menu

    async def menu(self, menu_id: str) -> Menu | None:
        return self.menus.get(menu_id)


class MemoryShelf:
    """Kept results; limit in bytes, as the real one."""

    def __init__(self, limit: int = 1 << 30) -> None:
        self._limit = limit
        self.kept: dict[str, StoredResult] = {}
        self._blocks: dict[str, list[bytes]] = {}
        self._windows: dict[str, Window] = {}

    async def append(self, kept_id: str, block: bytes) -> int:
        blocks = self._blocks.setdefault(kept_id, [])
        blocks.append(block)
        lost = 0
        while sum(map(len, blocks)) > self._limit and len(blocks) > 1:
            lost += blocks.pop(0).count(b"\n")
        return lost

    async def finish(self, kept: StoredResult) -> None:
        self.kept[kept.id] = kept

    async def get(self, kept_id: str) -> StoredResult | None:
        return self.kept.get(kept_id)

    async def read(self, kept_id: str, first: int, last: int) -> list[bytes]:
        return b"".join(self._blocks.get(kept_id, ())).splitlines()[first:last]

    async def blocks(self, kept_id: str) -> AsyncIterator[bytes]:
        for block in self._blocks.get(kept_id, ()):
            yield block

    async def put_window(self, window: Window) -> None:
        self._windows[window.id] = window

    async def window(self, window_id: str) -> Window | None:
        return self._windows.get(window_id)


class MemoryMeter:
    """Admits everybody, unless `flood` says who floods."""

    flood = ""

    async def admit(self, request: Request) -> str:
        return self.flood


class MemoryInbox:
    """Remembers which requests had begun."""

    def __init__(self) -> None:
        self.began: list[tuple[str, Place]] = []
        self.ended: list[str] = []

    async def begun(self, request: Request, place: Place) -> None:
        self.began.append((request.id, place))

    async def done(self, request: Request) -> None:
        self.ended.append(request.id)


class MemoryApprovals:
    """Requests for approval; a change succeeds only where it finds what it expects."""

    def __init__(self) -> None:
        self.kept: dict[str, Approval] = {}
        self.passes: dict[str, str] = {}

    async def put_pass(self, key: str, approval_id: str, seconds: float) -> None:
        self.passes[key] = approval_id

    async def get_pass(self, key: str) -> str:
        return self.passes.get(key, "")

    async def put(self, approval: Approval) -> None:
        self.kept[approval.id] = approval

    async def get(self, approval_id: str) -> Approval | None:
        return self.kept.get(approval_id)

    async def swap(self, old: Approval, new: Approval) -> bool:
        if self.kept.get(new.id) != old:
            return False
        self.kept[new.id] = new
        return True

    async def waiting(self) -> list[Approval]:
        return sorted((it for it in self.kept.values() if it.state == "waiting"), key=lambda it: it.expires)

    async def due(self, now: float) -> list[Approval]:
        return [it for it in await self.waiting() if it.expires <= now]


class MemoryJournal:
    """The audit, unchained; `fault` is raised by the next write."""

    def __init__(self) -> None:
        self.written: list[Entry] = []
        self.fault: Exception | None = None

    async def write(self, *entries: Entry) -> None:
        if self.fault:
            raise self.fault
        self.written += entries

    async def read(self, most: int) -> AuditPage:
        return AuditPage(tuple(self.written[::-1][:most]))


class MemoryLive:
    """Live runs by thread, and the letters that were sent to them."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str], dict[str, LiveRun]] = {}
        self.letters: list[Letter] = []

    async def add(self, place: Place, run: LiveRun) -> None:
        self.runs.setdefault((place.channel, place.thread), {})[run.id] = run

    async def remove(self, place: Place, run_id: str) -> None:
        self.runs.get((place.channel, place.thread), {}).pop(run_id, None)

    async def of(self, place: Place) -> list[LiveRun]:
        return list(self.runs.get((place.channel, place.thread), {}).values())

    async def in_channel(self, place: Place) -> list[LiveRun]:
        return [run for (channel, _), runs in self.runs.items() if channel == place.channel for run in runs.values()]

    async def send(self, run: LiveRun, letter: Letter) -> None:
        self.letters.append(letter)


class MemoryLedger:
    """What was made."""

    def __init__(self) -> None:
        self.entries: dict[str, MadeObject] = {}

    async def intend(self, entry: MadeObject) -> None:
        self.entries[entry.id] = entry

    async def get(self, entry_id: str) -> MadeObject | None:
        return self.entries.get(entry_id)

    async def move(self, old: MadeObject, new: MadeObject) -> bool:
        known = self.entries.get(new.id)
        if known is None or known.state != old.state:
            return False
        self.entries[new.id] = new
        return True

    async def open(self) -> list[MadeObject]:
        return sorted((it for it in self.entries.values() if it.state != "undone"), key=lambda it: it.expires)
