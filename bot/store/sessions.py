"""What threads and channels remember, and menus that wait for a choice."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bot.core.ports.state import Menu
from bot.core.request import Place
from bot.core.session import Default, Session
from bot.store.connection import answering
from bot.store.keys import DEFAULT, MENU, SESSION


class RedisSessions:
    """Small JSON values, each under its place."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    async def session(self, place: Place) -> Session | None:
        known = await self._get(_session_key(place))
        return Session(**known) if known else None

    async def remember(self, place: Place, session: Session) -> None:
        await self._put(_session_key(place), asdict(session), SESSION.lifetime_s)

    async def default(self, team: str, channel: str) -> Default | None:
        known = await self._get(DEFAULT(team=team, channel=channel))
        return Default(**known) if known else None

    async def set_default(self, team: str, channel: str, default: Default) -> None:
        await self._put(DEFAULT(team=team, channel=channel), asdict(default), None)

    async def put_menu(self, menu: Menu) -> None:
        await self._put(MENU(id=menu.id), asdict(menu), MENU.lifetime_s)

    async def menu(self, menu_id: str) -> Menu | None:
        known = await self._get(MENU(id=menu_id))
        if not known:
            return None
        return Menu(known["id"], Place(**known["place"]), tuple(known["commands"]), known.get("user", ""))

    async def _get(self, key: str) -> Any:
        async with answering():
            text = await self._redis.get(key)
        return json.loads(text) if text else None

    async def _put(self, key: str, value: Any, lifetime_s: int | None) -> None:
        async with answering():
            await self._redis.set(key, json.dumps(value), ex=lifetime_s)


def _session_key(place: Place) -> str:
    return SESSION(team=place.team, channel=place.channel, thread=place.thread)
