"""The audit, requests for approval and live runs on a real Redis: of several at once, one chain, one winner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.anchors import Anchors
from bot.core.acts import TypedCommand
from bot.core.approval import Approval
from bot.core.audit import Entry, Head, fault
from bot.core.errors import CdebugError, Unavailable
from bot.core.person import Person
from bot.core.ports.state import Letter, LiveRun
from bot.core.request import Place, Request
from bot.core.target import Container, Scope
from bot.store.approvals import RedisApprovals
from bot.store.connection import connect
from bot.store.encoding import entry_from_json
from bot.store.inbox import RedisInbox
from bot.store.journal import RedisJournal
from bot.store.live import RedisLive
from tests.harness import RedisServer

KEY = b"key"
PLACE = Place("T0", "C0", "1.0", "1.0")
ASKED = Request("r1", "d1", TypedCommand("exec web -- id"), "T0", "U0ANN", "C0", 1_000.0)
SCOPE = Scope("local", "docker")
WEB = Container(SCOPE, "id-1", "web", "web:1")
WAITING = Approval("a1", ASKED, "exec", "exec web", "local", "digest", 2, WEB, "slack T0/U0ANN", 1_600.0, PLACE, PLACE)


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Any]:
    client = connect(redis_server.url)
    await client.flushall()
    yield client
    await client.aclose()


async def proved(journal: RedisJournal, anchors: list[Head] | None = None) -> str:
    records = [record async for record in journal.records()]
    return fault(records, await journal.start(), await journal.head(), anchors or [], KEY)


async def test_two_replicas_that_write_at_once_keep_one_chain(redis: Any):
    journals = [RedisJournal(redis, KEY), RedisJournal(redis, KEY), RedisJournal(redis, KEY)]
    await asyncio.gather(
        *(journals[n % 3].write(Entry("asked", "1", id=f"{n}"), Entry("decided", "1", id=f"{n}")) for n in range(120))
    )

    assert await proved(journals[0]) == ""
    assert (await journals[1].head()).seq == 240
    entries = [entry_from_json(record.entry) async for record in journals[2].records()]
    for number in range(120):  # one command's records stay in their order
        assert [entry.event for entry in entries if entry.id == f"{number}"] == ["asked", "decided"]


async def test_the_newest_records_come_first(redis: Any):
    journal = RedisJournal(redis, KEY)
    for number in range(5):
        await journal.write(Entry("ran", "1", id=f"{number}"))
    assert [entry.id for entry in (await journal.read(3)).entries] == ["4", "3", "2"]


@pytest.mark.parametrize("how", ["edit", "remove", "cut the tail", "cut tail and head", "swap", "add", "junk"])
async def test_whoever_writes_to_the_store_is_found_out(redis: Any, how: str):
    journal = RedisJournal(redis, KEY)
    for number in range(6):
        await journal.write(Entry("ran", "1", command=f"exec {number}"))
    anchor = await journal.head()
    page = await redis.xrange("cdebug:audit")
    texts = [json.loads(fields[b"record"]) for _, fields in page]
    match how:
        case "edit":
            texts[2][2] = texts[2][2].replace("exec 2", "exec x")
        case "remove":
            del texts[3]
        case "cut the tail":
            del texts[4:]
        case "cut tail and head":
            del texts[4:]
            await redis.set("cdebug:audit:head", f"4 {texts[-1][1]}")
        case "swap":
            texts[1], texts[2] = texts[2], texts[1]
        case "add":
            texts.insert(3, [4, "0" * 64, texts[0][2]])
        case "junk":
            texts.append("junk")
    await redis.delete("cdebug:audit")
    for text in texts:
        await redis.xadd("cdebug:audit", {"record": json.dumps(text)})

    assert "record" in await proved(journal, [anchor])


async def test_an_entry_with_a_field_more_than_ours_is_found_out(redis: Any):
    journal = RedisJournal(redis, KEY)
    await journal.write(Entry("ran", "1"))
    _, fields = (await redis.xrange("cdebug:audit"))[0]
    await redis.delete("cdebug:audit")
    await redis.xadd("cdebug:audit", {**fields, b"note": b"bob approved it"})
    assert "not written by cdebug" in await proved(journal)


FORGED = [1_000_000_000, "0" * 64, '{"event":"approved","at":"2026-01-31T00:00:00+00:00","user":"U0BOB"}']


@pytest.mark.parametrize(
    "fields", [{"record": json.dumps(FORGED)}, {"record": json.dumps(FORGED), "x": "y"}, {"x": "y"}]
)
async def test_a_forged_entry_is_believed_by_no_reader(redis: Any, fields: dict[str, str]):
    """Whoever may write to the store, without the key: to `verify`, `export` and the verb alike."""
    journal = RedisJournal(redis, KEY)
    for number in range(3):
        await journal.write(Entry("ran", "1", id=f"{number}"))
    await redis.xadd("cdebug:audit", fields)

    end, records = await journal.until_head()
    assert fault(records, await journal.start(), end, [], KEY)
    page = await journal.read(100)
    assert page.fault
    assert "approved" not in {entry.event for entry in page.entries}


async def test_what_is_written_while_the_audit_is_read_is_no_fault(redis: Any):
    journal, other = RedisJournal(redis, KEY), RedisJournal(redis, KEY)
    await journal.write(Entry("ran", "1"))

    async def keep_writing() -> None:
        for _ in range(200):
            await other.write(Entry("ran", "1"))

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(keep_writing())
        while not writing.done():
            end, records = await journal.until_head()
            assert fault(records, Head(), end, [], KEY) == ""
            assert len(records) == end.seq
            assert not (await journal.read(50)).fault


def dated(number: int) -> Entry:
    return Entry("ran", f"2026-01-{number + 1:02}T00:00:00+00:00", id=f"{number}")


LATER = datetime(2026, 1, 7, tzinfo=UTC)


async def test_old_records_go_and_the_rest_still_holds(redis: Any):
    journal = RedisJournal(redis, KEY)
    for number in range(10):
        await journal.write(dated(number))
    await journal.trim(LATER)
    await journal.trim(LATER)

    assert [entry.id for entry in (await journal.read(100)).entries] == ["9", "8", "7", "6"]
    assert await proved(journal) == ""
    await redis.set("cdebug:audit:start", json.dumps({"seq": 8, "mac": "0" * 64, "seal": "0" * 64}))
    with pytest.raises(CdebugError, match="start was edited"):
        await journal.start()


@pytest.mark.parametrize(
    "record",
    [
        "[" * 100_000,
        '[Infinity, "", ""]',
        '[1e999, "a", "b"]',
        '[2, "é", "x"]',
        '[2, "a", "\\ud800"]',
        "[true, 1, 2]",
        "{}",
    ],
)
async def test_a_record_that_is_made_to_break_its_reader_is_named_like_any_other(redis: Any, record: str):
    journal = RedisJournal(redis, KEY)
    await journal.write(dated(1))
    await redis.xadd("cdebug:audit", {"record": record})

    end, records = await journal.until_head()

    assert fault(records, Head(), end, [], KEY) == "an entry after record 1 was not written by cdebug"
    assert (await journal.read(10)).fault
    with pytest.raises(CdebugError):
        await journal.trim(LATER)


@pytest.mark.parametrize("start", ["x", "5", "{}", '{"seq": "1", "mac": 2, "seal": "é"}', "[" * 100_000, "\xff"])
async def test_a_beginning_that_is_made_to_break_its_reader_is_a_fault(redis: Any, start: str):
    await redis.set("cdebug:audit:start", start)
    with pytest.raises(CdebugError, match="start was edited"):
        await RedisJournal(redis, KEY).start()


async def test_a_write_whose_answer_was_lost_is_on_record_once(redis: Any):
    journal = RedisJournal(redis, KEY)
    append = journal._append

    async def sent_twice(**given: Any) -> Any:
        await append(**given)
        return await append(**given)

    journal._append = sent_twice
    await journal.write(dated(1))
    await journal.write(dated(2))
    assert await redis.xlen("cdebug:audit") == 2
    assert await proved(journal) == ""


async def test_an_empty_audit_is_read_and_has_no_fault(redis: Any):
    page = await RedisJournal(redis, KEY).read(5)
    assert (page.entries, page.fault) == ((), "")


async def test_a_mac_that_is_a_number_is_none(redis: Any):
    journal = RedisJournal(redis, KEY)
    await journal.write(dated(1))
    await redis.xadd("cdebug:audit", {"record": json.dumps([2, int("1" * 64), "x"])})
    end, records = await journal.until_head()
    assert fault(records, Head(), end, [], KEY)
    assert (await journal.read(5)).fault


async def test_replicas_that_trim_at_once_leave_a_chain_that_holds(redis: Any):
    journals = [RedisJournal(redis, KEY) for _ in range(4)]
    for number in range(20):
        await journals[0].write(dated(number))
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in (3, 9, 5, 12)]
    await asyncio.gather(*(journal.trim(moment) for journal, moment in zip(journals, moments, strict=True)))
    start, end, records = await journals[0].whole()
    assert fault(records, start, end, [], KEY) == ""
    await journals[1].trim(moments[3])
    assert await proved(journals[2]) == ""


async def test_who_gives_up_takes_nobody_elses_record_along(redis: Any):
    journal = RedisJournal(redis, KEY)
    writes = [asyncio.create_task(journal.write(dated(number))) for number in range(6)]
    await asyncio.sleep(0)
    writes[0].cancel()
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [end for end in ends[1:] if end is not None] == []
    assert await proved(journal) == ""
    assert {entry.id for entry in (await journal.read(10)).entries} >= {"1", "2", "3", "4", "5"}


async def test_what_is_cut_off_while_the_bot_is_away_is_said_at_its_start(redis: Any, tmp_path: Path):
    journal, said, file = RedisJournal(redis, KEY), list[str](), tmp_path / "audit.jsonl"

    async def announce(line: str) -> None:
        said.append(line)

    for number in range(3):
        await journal.write(dated(number))
    await Anchors(journal, file, timedelta(days=40_000), announce).publish()
    rows = await redis.xrange("cdebug:audit")
    seq, mac, _ = json.loads(rows[0][1][b"record"])
    await redis.xdel("cdebug:audit", *(entry_id for entry_id, _ in rows[1:]))
    await redis.set("cdebug:audit:head", f"{seq} {mac}")

    await Anchors(RedisJournal(redis, KEY), file, timedelta(days=40_000), announce).publish()

    assert "the head went back from record 3 to 1" in said[1]


async def test_what_is_cut_off_while_the_bot_runs_is_not_written_over(redis: Any):
    """Whoever takes the last records away wants them forgotten with the next one."""
    journal = RedisJournal(redis, KEY)
    for number in range(3):
        await journal.write(dated(number))
    rows = await redis.xrange("cdebug:audit")
    seq, mac, _ = json.loads(rows[0][1][b"record"])
    await redis.xdel("cdebug:audit", *(entry_id for entry_id, _ in rows[1:]))
    await redis.set("cdebug:audit:head", f"{seq} {mac}")

    with pytest.raises(CdebugError, match="its head went back from record 3 to 1"):
        await journal.write(dated(4))
    assert await redis.xlen("cdebug:audit") == 1


@pytest.mark.parametrize("head", ["10 start", "4 M\n5\nnot json", "x " + "0" * 64, "5 " + "0" * 64 + "\n"])
async def test_nothing_is_chained_to_a_head_that_no_record_can_be(redis: Any, head: str):
    """What is signed after a head that somebody wrote could be whatever they want signed."""
    await redis.set("cdebug:audit:head", head)
    with pytest.raises(CdebugError, match="head was edited"):
        await RedisJournal(redis, KEY).write(dated(1))
    assert await redis.xlen("cdebug:audit") == 0


@pytest.mark.parametrize("how", ["old ids", "edited", "missing"])
async def test_a_cut_that_is_not_ours_is_never_sealed(redis: Any, how: str):
    """Whoever writes to the store, but lacks the key, wants the bot itself to throw records away."""
    journal = RedisJournal(redis, KEY)
    for number in range(10):
        await journal.write(dated(number))
    texts = [fields[b"record"] for _, fields in await redis.xrange("cdebug:audit")]
    if how == "edited":
        texts[2] = texts[2].replace(b"2026-01-03", b"2025-01-03")
    if how == "missing":
        del texts[1]
    await redis.delete("cdebug:audit")
    for number, text in enumerate(texts):  # as if all of it were from 1970
        await redis.xadd("cdebug:audit", {"record": text}, id=f"{number + 1}-0")

    if how == "old ids":
        await journal.trim(datetime(2025, 1, 1, tzinfo=UTC))
        assert await redis.xlen("cdebug:audit") == 10
    else:
        with pytest.raises(CdebugError, match="not trimmed"):
            await journal.trim(LATER)
        assert await proved(journal) != ""


async def test_what_another_replica_took_over_is_not_begun_nor_ended_here(redis: Any):
    here, there = RedisInbox(redis, "here"), RedisInbox(redis, "there")
    await there.renew()
    await here.record(ASKED)
    assert [request async for request, _ in there.orphans()] == [ASKED]

    with pytest.raises(Unavailable):
        await here.begun(ASKED, PLACE)
    await here.done(ASKED)

    assert await redis.hlen("cdebug:pending") == 1
    await there.begun(ASKED, PLACE)
    await there.done(ASKED)
    assert await redis.hlen("cdebug:pending") == 0


async def test_a_replica_that_was_silent_for_too_long_is_told(redis: Any):
    inbox = RedisInbox(redis, "here")
    assert await inbox.renew()
    assert await inbox.renew()
    await redis.delete("cdebug:replica:here")
    assert not await inbox.renew()


async def test_a_store_that_is_away_is_said_before_anything_runs(redis_server: RedisServer):
    client = connect("unix:///nowhere/redis.sock")
    with pytest.raises(Unavailable):
        await RedisJournal(client, KEY).write(Entry("asked", "1"))
    await client.aclose()


def voter(number: int) -> Person:
    return Person("T0", f"U{number}", f"u{number}")


async def test_of_many_that_spend_one_approval_one_does(redis: Any):
    stores = [RedisApprovals(redis) for _ in range(3)]
    await stores[0].put(WAITING)

    won = await asyncio.gather(*(stores[n % 3].swap(WAITING, WAITING.spent(f"r{n}", 1.0)) for n in range(30)))

    assert sum(won) == 1
    assert (await stores[1].get("a1") or WAITING).spent_by == f"r{won.index(True)}"
    assert await stores[2].waiting() == []


async def test_a_vote_is_taken_only_on_what_it_was_cast_for(redis: Any):
    store = RedisApprovals(redis)
    await store.put(WAITING)
    once = WAITING.voted(voter(1), 1.0)
    assert await store.swap(WAITING, once)
    assert not await store.swap(WAITING, WAITING.voted(voter(2), 1.0))
    assert await store.swap(once, once.voted(voter(2), 1.0))


async def test_what_is_due_is_found_and_what_was_closed_is_not(redis: Any):
    store = RedisApprovals(redis)
    await store.put(WAITING)
    await store.put(replace(WAITING, id="a2", expires=2_000.0))
    assert [it.id for it in await store.waiting()] == ["a1", "a2"]
    assert [it.id for it in await store.due(1_700.0)] == ["a1"]
    assert await store.swap(WAITING, WAITING.ended("expired", "late", 1_700.0))
    assert await store.due(1_700.0) == []


async def test_a_letter_reaches_the_replica_that_has_the_run(redis: Any):
    here, there = RedisLive(redis, "here"), RedisLive(redis, "there")
    await RedisInbox(redis, "there").renew()
    run = LiveRun("run1", "sh", "sh web", "sh web", "U0ANN", SCOPE, shell="U0ANN")
    await there.add(PLACE, run)

    (known,) = await here.of(PLACE)
    await here.send(known, Letter("run1", "line", text="ls"))

    assert known == replace(run, replica="there")
    async for letter in there.letters():
        assert letter == Letter("run1", "line", text="ls")
        break
    assert await here.in_channel(PLACE) == [known]
    await there.remove(PLACE, "run1")
    assert await here.of(PLACE) == []


async def test_the_runs_of_a_replica_that_is_gone_are_forgotten(redis: Any):
    live = RedisLive(redis, "gone")
    await live.add(PLACE, LiveRun("run1", "sh", "sh web", "sh web", "U0ANN", SCOPE))
    assert await live.of(PLACE) == []
    assert await redis.hlen("cdebug:live:C0:1.0") == 0
