"""One suite for each store, on the fake always and on the real thing too: fakes stay honest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.ledger import MadeObject
from bot.core.ports.state import Approvals, Ledger, Menu, Sessions, Shelf, StoredResult, Window
from bot.core.request import Place
from bot.core.session import Default, Session
from bot.core.target import Scope
from bot.store.approvals import RedisApprovals
from bot.store.connection import connect
from bot.store.ledger import RedisLedger
from bot.store.sessions import RedisSessions
from bot.store.shelf import RedisShelf
from tests.fakes.stores import MemoryApprovals, MemoryLedger, MemorySessions, MemoryShelf
from tests.harness import RedisServer

PLACE = Place("T0", "C0", "1.0", "1.0")
SCOPE = Scope("local", "docker")


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


@pytest.fixture(params=["memory", "redis"])
async def ledger(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    client = connect(redis_server.url)
    await client.flushall()
    yield RedisLedger(client)
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
async def approvals(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Approvals]:
    if request.param == "memory":
        yield MemoryApprovals()
        return
    client = connect(redis_server.url)
    await client.flushall()
    yield RedisApprovals(client)
    await client.aclose()


async def test_a_shelf_reads_what_was_put_on_it(shelf: Shelf):
    assert await shelf.append("k", b"a\nb\n") == 0
    assert await shelf.append("k", b"c\n") == 0
    await shelf.finish(StoredResult("k", "n", "t", SCOPE, lines=3))

    assert await shelf.read("k", 1, 9) == [b"b", b"c"]
    assert await shelf.get("k") == StoredResult("k", "n", "t", SCOPE, lines=3)
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


def made_object(entry_id: str, expires: float) -> MadeObject:
    return MadeObject(entry_id, "c", "local", "", "container", "helper", "T0", "U0ANN", "C0", "1.0", "plant", expires)


async def test_what_was_made_is_open_until_it_is_undone(ledger: Ledger):
    late, soon = made_object("a", 200.5), made_object("b", 100.5)
    await ledger.intend(late)
    await ledger.intend(soon)
    assert await ledger.open() == [soon, late]

    made = replace(soon, state="made")
    assert await ledger.move(soon, made)
    stuck = replace(made, state="stuck", why="the engine can't be reached")
    assert await ledger.move(made, stuck)
    assert await ledger.open() == [stuck, late]

    assert await ledger.move(stuck, replace(stuck, state="undone", why=""))
    assert await ledger.open() == [late]
    known = await ledger.get("b")
    assert known
    assert known.state == "undone"
    assert await ledger.get("nothing") is None


async def test_of_two_who_undo_it_at_once_one_succeeds(ledger: Ledger):
    entry = made_object("a", 100)
    await ledger.intend(entry)
    undone = replace(entry, state="undone")
    assert [await ledger.move(entry, undone) for _ in range(2)] == [True, False]
    assert not await ledger.move(made_object("never", 1), undone)


async def test_a_pass_names_its_request_until_its_time_is_over(approvals: Approvals):
    assert await approvals.get_pass("k") == ""
    await approvals.put_pass("k", "3f9a", 60)
    assert await approvals.get_pass("k") == "3f9a"
    assert await approvals.get_pass("other") == ""
