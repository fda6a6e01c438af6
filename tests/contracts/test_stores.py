"""One suite for each store, on the fake always and on the real thing too: fakes stay honest."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.ports.state import Kept, Menu, Sessions, Shelf, Window
from bot.core.request import Place
from bot.core.session import Default, Session
from bot.store.connection import connect
from bot.store.sessions import Sessions as RedisSessions
from bot.store.shelf import Shelf as RedisShelf
from tests.fakes.stores import MemorySessions, MemoryShelf
from tests.harness import RedisServer

PLACE = Place("T0", "C0", "1.0", "1.0")


@pytest.fixture(params=["memory", "redis"])
async def shelf(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf(limit=30)
        return
    client = connect(redis_server.url)
    await client.flushall()
    yield RedisShelf(client, limit=30)
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
async def sessions(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Sessions]:
    if request.param == "memory":
        yield MemorySessions()
        return
    client = connect(redis_server.url)
    await client.flushall()
    yield RedisSessions(client)
    await client.aclose()


async def test_a_shelf_reads_what_was_put_on_it(shelf: Shelf):
    assert await shelf.append("k", b"a\nb\n") == 0
    assert await shelf.append("k", b"c\n") == 0
    await shelf.finish(Kept("k", "n", "t", lines=3))

    assert await shelf.read("k", 1, 9) == [b"b", b"c"]
    assert await shelf.get("k") == Kept("k", "n", "t", lines=3)
    assert await shelf.get("nothing") is None
    assert await shelf.read("nothing", 0, 9) == []
    assert [block async for block in shelf.blocks("k")] == [b"a\nb\n", b"c\n"]


async def test_a_full_shelf_drops_the_oldest_and_counts_it(shelf: Shelf):
    assert [await shelf.append("k", b"x" * 9 + b"\n") for _ in range(5)] == [0, 0, 0, 1, 1]


async def test_a_window_is_replaced(shelf: Shelf):
    await shelf.put_window(Window("w", "k", "k", 0, 5, "", PLACE, "1.1"))
    await shelf.put_window(Window("w", "k", "k", 5, 9, "", PLACE, "1.1"))
    window = await shelf.window("w")
    assert window
    assert window.first == 5
    assert await shelf.window("other") is None


async def test_sessions_are_of_their_thread(sessions: Sessions):
    await sessions.remember(PLACE, Session("local", target="web"))
    assert await sessions.session(PLACE) == Session("local", target="web")
    assert await sessions.session(Place("T0", "C0", "2.0")) is None


async def test_defaults_and_menus(sessions: Sessions):
    assert await sessions.default("T0", "C0") is None
    await sessions.set_default("T0", "C0", Default("local"))
    await sessions.put_menu(Menu("m", PLACE, ("a", "b")))
    assert await sessions.default("T0", "C0") == Default("local")
    assert await sessions.menu("m") == Menu("m", PLACE, ("a", "b"))
    assert await sessions.menu("n") is None
