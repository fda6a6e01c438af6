"""Sessions, shelf, meter and inbox in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.core.ports import Kept, Menu, Window
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
        self.kept: dict[str, Kept] = {}
        self._blocks: dict[str, list[bytes]] = {}
        self._windows: dict[str, Window] = {}

    async def append(self, kept_id: str, block: bytes) -> int:
        blocks = self._blocks.setdefault(kept_id, [])
        blocks.append(block)
        lost = 0
        while sum(map(len, blocks)) > self._limit and len(blocks) > 1:
            lost += blocks.pop(0).count(b"\n")
        return lost

    async def finish(self, kept: Kept) -> None:
        self.kept[kept.id] = kept

    async def get(self, kept_id: str) -> Kept | None:
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
