"""What is kept, on a real Redis: once, in order, for its time; and what Redis's absence is called."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.core.acts import TypedCommand
from bot.core.errors import Unavailable
from bot.core.ports.state import Menu, StoredResult, Window
from bot.core.request import Place, Request
from bot.core.session import Default, Session
from bot.core.target import Scope
from bot.store.budget import Budget, RedisMeter
from bot.store.connection import answering, connect
from bot.store.embedded import EmbeddedRedis
from bot.store.inbox import RedisInbox
from bot.store.keys import ALL, PREFIX, SEEN
from bot.store.sessions import RedisSessions
from bot.store.shelf import RedisShelf
from tests.harness import RedisServer, temporary_folder

PLACE = Place("T0", "C0", "1.0", "1.0")
SCOPE = Scope("local", "docker")


def request(**more: Any) -> Request:
    key = uuid.uuid4().hex
    known = {"id": key, "dedup": key, "team": "T0", "user": "U0", "channel": key, "at": 60.0}
    return Request(act=TypedCommand("ps"), **{**known, **more})


async def orphans(inbox: RedisInbox) -> list[tuple[Request, Place | None]]:
    return [orphan async for orphan in inbox.orphans()]


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Any]:
    client = connect(redis_server.url)
    await client.flushall()
    yield client
    await client.aclose()


async def test_a_call_that_is_cancelled_at_any_moment_ends_its_task(redis: Any):
    """Or the task goes on, and whoever waits for its end waits for ever: a bot that is told to stop would not."""

    async def called(reached: list[int]) -> None:
        async with answering():
            await redis.get("nothing")
        reached.append(1)

    for turns in range(400):
        reached: list[int] = []
        task = asyncio.create_task(called(reached))
        for _ in range(turns % 40):
            await asyncio.sleep(0)
        if task.cancel():
            await asyncio.wait([task])
            assert task.cancelled() and not reached, f"after {turns % 40} turns the cancellation was lost"


async def test_a_bot_that_was_busy_does_not_blame_redis(redis: Any):
    loop = asyncio.get_running_loop()
    await redis.get("x")  # connected
    for turns in range(5):

        def busy(left: int = turns) -> None:
            if left:
                loop.call_soon(busy, left - 1)
            else:
                time.sleep(0.25)

        async with answering(0.1):
            loop.call_soon(busy)
            await redis.get("x")


async def test_a_redis_that_is_silent_is_said_to_be_in_time():

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            pass
        writer.close()

    with temporary_folder() as folder:
        server = await asyncio.start_unix_server(silent, f"{folder}/silent.sock")
        client = connect(f"unix://{folder}/silent.sock")
        started = time.monotonic()
        with pytest.raises(Unavailable):
            async with answering(0.2):
                await client.get("x")
        assert 0.2 <= time.monotonic() - started < 2
        await client.aclose()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # its side of the connection ends in its own turn


async def test_a_request_is_taken_once_however_many_replicas_get_it(redis: Any):
    one = request()
    answers = await asyncio.gather(*(RedisInbox(redis, f"r{n}").record(replace(one, id=f"i{n}")) for n in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


async def test_orphans_are_claimed_by_one_replica_and_only_when_the_owner_is_silent(redis: Any):
    dead, first, second = (RedisInbox(redis, name) for name in ("dead", "first", "second"))
    for replica in (dead, first, second):
        await replica.renew()
    await dead.record(one := request())
    await dead.begun(one, PLACE)
    assert await orphans(first) == []

    await dead.leave()
    claims = await asyncio.gather(orphans(first), orphans(second))

    assert sorted(map(len, claims)) == [0, 1]
    assert (claims[0] or claims[1]) == [(one, PLACE)]


async def test_an_entry_that_cant_be_read_is_dropped_and_stops_nobody(redis: Any):
    await redis.hset("cdebug:pending", "old", '{"owner": "x", "request": "{\\"unknown\\": 1}", "place": null}')
    dead = RedisInbox(redis, "dead")
    await dead.record(one := request())

    assert await orphans(RedisInbox(redis, "other")) == [(one, None)]
    assert await redis.hlen("cdebug:pending") == 1


async def test_a_replica_that_lost_a_request_cant_take_it_back(redis: Any):
    slow, other = RedisInbox(redis, "slow"), RedisInbox(redis, "other")
    await slow.record(one := request())
    await other.renew()
    assert await orphans(other) == [(one, None)]

    with pytest.raises(Unavailable, match="taken the command over"):
        await slow.begun(one, PLACE)
    await other.leave()

    assert await orphans(RedisInbox(redis, "third")) == [(one, None)]


async def test_what_is_done_is_nobodys_orphan(redis: Any):
    dead = RedisInbox(redis, "dead")
    await dead.record(one := request())
    await dead.done(one)

    assert await orphans(RedisInbox(redis, "other")) == []


async def test_redis_away_is_unavailable_within_a_second():
    client = connect("unix:///tmp/nobody-is-here.sock")
    with pytest.raises(Unavailable, match="Nothing ran"):
        await asyncio.wait_for(RedisInbox(client, "r").record(request()), 1)
    await client.aclose()


async def test_sessions_defaults_and_menus_come_back(redis: Any):
    sessions = RedisSessions(redis)
    assert await sessions.session(PLACE) is None
    await sessions.remember(PLACE, kept := Session("local", "shop", "web", "logs web", "k1"))
    assert await sessions.session(PLACE) == kept
    await sessions.set_default("T0", "C0", Default("local", "shop"))
    assert await sessions.default("T0", "C0") == Default("local", "shop")
    await sessions.put_menu(menu := Menu("m", PLACE, ("logs a", "logs b")))
    assert await sessions.menu("m") == menu


async def test_a_result_is_read_by_line_number_across_blocks(redis: Any):
    shelf = RedisShelf(redis, 1 << 20)
    for start in range(0, 100, 10):
        await shelf.append("k", b"".join(b"line %d\n" % n for n in range(start, start + 10)))

    assert await shelf.read("k", 8, 23) == [b"line %d" % n for n in range(8, 23)]
    assert await shelf.read("k", 95, 200) == [b"line %d" % n for n in range(95, 100)]
    assert await shelf.read("k", 200, 300) == []
    assert b"".join([block async for block in shelf.blocks("k")]).count(b"\n") == 100


async def test_a_result_over_the_limit_loses_its_oldest_blocks_and_says_how_many_lines(redis: Any):
    shelf = RedisShelf(redis, 250)
    lost = [await shelf.append("big", b"x" * 99 + b"\n") for _ in range(5)]

    assert lost == [0, 0, 1, 1, 1]
    assert len(await shelf.read("big", 0, 99)) == 2


async def test_kept_results_and_windows_come_back(redis: Any):
    shelf = RedisShelf(redis, 100)
    await shelf.finish(kept := StoredResult("k", "n", "t", SCOPE, ("A", "B"), True, 3, 1, ("note",), "logs"))
    assert await shelf.get("k") == kept
    await shelf.put_window(window := Window("w", "k", "k", 0, 3, "x", PLACE, "1.1"))
    assert await shelf.window("w") == window
    assert await shelf.window("other") is None


async def test_a_channels_messages_are_spaced_after_a_burst(redis: Any):
    budget = Budget(redis, burst=3, every_ms=1000)
    waits = [await budget.reserve("C1") for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert 0.8 < waits[3] <= 1.0
    assert 1.8 < waits[4] <= 2.0
    assert await budget.reserve("C2") == 0


async def test_a_flood_is_refused_for_the_person_and_for_the_channel(redis: Any):
    meter = RedisMeter(redis, 2, 3)
    person = request(user="U1")
    assert [await meter.admit(person) for _ in range(3)] == ["", "", "you sent more than 2 commands in a minute"]
    other = replace(person, user="U2")
    assert "this channel" in await meter.admit(other)
    assert await meter.admit(replace(other, channel="C9", at=130.0)) == ""


async def test_every_key_has_a_family_and_its_lifetime(redis: Any):
    inbox, sessions, shelf = RedisInbox(redis, "r"), RedisSessions(redis), RedisShelf(redis, 1000)
    await inbox.renew()
    await inbox.record(one := request())
    await sessions.remember(PLACE, Session("local"))
    await sessions.set_default("T0", "C0", Default("local"))
    await sessions.put_menu(Menu("m", PLACE, ()))
    await shelf.append("k", b"x\n")
    await shelf.finish(StoredResult("k", "n", "t", SCOPE))
    await shelf.put_window(Window("w", "k", "k", 0, 1))
    await Budget(redis).reserve("C0")
    await RedisMeter(redis, 9, 9).admit(one)

    families = {key.name.split("{")[0].rstrip(":"): key for key in sorted(ALL, key=lambda key: len(key.name))}
    for name in await redis.keys("*"):
        text = name.decode().removeprefix(PREFIX)
        family = families[text.split(":")[0]]
        lifetime = await redis.ttl(name)
        assert (lifetime == -1) == (family.lifetime_s == 0), text
        assert lifetime <= family.lifetime_s or lifetime == -1
    assert await redis.exists(SEEN(dedup=one.dedup))


async def test_the_embedded_server_keeps_what_it_was_told_when_it_is_killed():
    with temporary_folder() as folder:
        first = EmbeddedRedis(folder)
        await first.start()
        client = connect(first.url)
        await client.set("a", "1")
        assert first._process
        first._process.kill()
        await first._process.wait()
        await client.aclose()

        second = EmbeddedRedis(folder)
        await second.start()
        client = connect(second.url)
        assert await client.get("a") == b"1"
        await client.aclose()
        await second.stop()
        assert not (folder / "redis" / "redis.sock").exists()


async def test_a_redis_that_refuses_is_told_with_its_words(redis: Any):
    await redis.set("a-list", "is none")
    with pytest.raises(Unavailable, match=r"Redis\) refuses it: WRONGTYPE Operation against a key.*look at Redis"):
        async with answering():
            await redis.lpush("a-list", "x")
    with pytest.raises(Unavailable, match="refuses it: "):
        async with answering():
            await redis.eval("return redis.call('LPUSH', KEYS[1], 'x')", 1, "a-list")
