"""Text from outside that is made to burst something, and people who go on working meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import json
import re
import resource
import tarfile
import time
from typing import Any

import aiohttp
import docker
import pytest

from bot.actions import catalog
from bot.core.action import ArgvAction
from bot.core.errors import Unavailable, UsageError
from bot.core.grammar import Grammar
from bot.core.pattern import compile_pattern, matching_lines
from bot.slack.people import Remembered
from bot.slack.requests import from_payload
from bot.slack.words import clean, parted
from tests.attacks.test_from_outside import SLASH, Door, door  # noqa: F401  (a fixture)
from tests.harness import Bot, Conversation, make

MOST_S = 0.5  # a stall that somebody would notice; the bench has the goal


async def worst_lag(bot: Bot) -> float:
    """How late the bot's loop was at worst since its start, as it measures itself."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{bot.metrics_port}/metrics") as answer,
    ):
        text = await answer.text()
    found = re.search(r"^cdebug_loop_lag_worst_seconds (\S+)$", text, re.MULTILINE)
    assert found
    return float(found[1])


@pytest.mark.parametrize(
    "text", ["@cdebug " + "``x```y``" * 7_990, "`" * 40_000, "``` " * 10_000, "<a" * 20_000, "“" * 40_000]
)
def test_what_is_read_before_anybody_is_admitted_is_read_in_no_time(text: str):
    started = time.perf_counter()
    parted(text)
    clean(text)
    assert time.perf_counter() - started < MOST_S


@pytest.mark.parametrize(
    ("text", "meant"),
    [("printf <%s>", "printf <%s>"), ("a <b> c", "a <b> c"), ("<http://a.b|a.b>", "a.b"),
     ("<mailto:a@b.c|a@b.c>", "a@b.c"), ("<@U0ANN|ann>", "<@U0ANN|ann>"), ("<https://a.b/c>", "https://a.b/c")],
)  # fmt: skip
def test_only_what_slack_makes_a_link_is_undone(text: str, meant: str):
    assert clean(text) == meant


async def test_busy_output_keeps_nobody_waiting(channel: Conversation, containers: docker.APIClient, bot: Bot):
    make(containers, "busy", "sleep 3600")
    for _ in range(4):
        await channel.type("/cdebug exec busy -- timeout 4 cat /dev/zero")
    for _ in range(3):
        await channel.run("ps", patience_s=15)
    await channel.until(lambda all_: len([m for m in all_ if _ended(m, "cat /dev/zero")]) == 4, "their end", 30)
    assert "took over" not in bot.process.said()
    assert await worst_lag(bot) < 2


def _ended(message: dict[str, Any], command: str) -> bool:
    return command in message["text"] and not message["thread_ts"] and not message["text"].startswith("running")


async def test_a_label_of_any_size_fails_nobody(channel: Conversation, containers: docker.APIClient, bot: Bot):
    make(containers, "huge", "sleep 3600", labels={"note": "x" * 3_000_000})
    make(containers, "nested", "sleep 3600", labels={"deep": "[" * 100_000, "TOKEN" * 20_000: "x"})
    for command in ("events", "ps", "inspect nested", "inspect huge", "describe huge", "events huge"):
        await channel.run(command)
    _, thread = await channel.run("events huge")
    assert "start" in thread[0]["text"]
    assert "huge" in thread[0]["text"]


async def test_a_record_keeps_no_labels(channel: Conversation, containers: docker.APIClient, bot: Bot):
    from tests.attacks.test_cards import exported

    make(containers, "labelled", "sleep 3600", labels={"api_token": "tok-in-a-label-77", "note": "y" * 100_000})
    await channel.run("logs labelled")
    records = [it for it in await exported(bot) if "labelled" in it.get("found", "")]
    assert records
    assert "tok-in-a-label-77" not in json.dumps(records)
    assert max(len(it["found"]) for it in records) < 2_000


def bomb(header: bytes, megabytes: int) -> bytes:
    out = io.BytesIO()
    with gzip.open(out, "wb", compresslevel=9) as packed:
        packed.write(header)
        for _ in range(megabytes):
            packed.write(bytes(1 << 20))
    return out.getvalue()


async def test_an_archive_that_claims_too_much_is_refused_in_a_line(
    channel: Conversation, containers: docker.APIClient
):
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1_500 << 20
    data = bomb(entry.tobuf(tarfile.GNU_FORMAT), 200)
    holder = make(containers, "bomber", "sleep 3600")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo("b.tar.gz")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    containers.put_archive(holder, "/", packed.getvalue())

    root, thread = await channel.run("cp bomber:/b.tar.gz", ends="failed")

    assert "it unpacks to more than 50.0 MiB" in thread[-1]["text"]
    assert root


@pytest.mark.usefixtures("bot")
async def test_a_pattern_that_is_none_names_its_flag(channel: Conversation):
    await channel.type("/cdebug logs web --grep '('")
    shown = await channel.whispered("`--grep` is no pattern")
    assert "(?m)" not in shown["text"]
    assert "missing" in shown["text"]


@pytest.mark.parametrize("body", [b"[]", b"[" * 100_000, b'{"a":' * 50_000, b"\xff" * 100, b""])
async def test_a_body_without_a_signature_is_never_read(door: Door, body: bytes):  # noqa: F811
    headers = {
        "X-Slack-Signature": "v0=0",
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "Content-Type": "application/json",
    }
    async with aiohttp.ClientSession() as session, session.post(door.url, data=body, headers=headers) as answer:
        assert answer.status == 401
    assert "Traceback" not in door.bot.process.said()


@pytest.mark.parametrize("body", ["[]", "[" * 100_000, "[1]", '"x"', "null"])
async def test_a_signed_body_that_is_no_payload_leaves_no_trace(door: Door, body: str):  # noqa: F811
    headers = {"Content-Type": "application/json", **door.signed(body)}
    async with aiohttp.ClientSession() as session, session.post(door.url, data=body, headers=headers) as answer:
        assert answer.status < 500
    assert "Traceback" not in door.bot.process.said()


async def test_bodies_that_are_never_sent_whole_are_not_waited_for(door: Door):  # noqa: F811
    host, port = "127.0.0.1", int(door.url.rsplit(":", 1)[1].partition("/")[0])
    head = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"
    opened = []
    for _ in range(400):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(head)
        opened.append((reader, writer))
    await door.incidents.run("images")  # the neighbour is served meanwhile, or right after
    async with asyncio.timeout(15):
        ends = await asyncio.gather(*(_until_closed(reader) for reader, _ in opened))
    assert all(ends)
    for _, writer in opened:
        writer.close()


@pytest.mark.parametrize("head", [b"", b"POST /slack/events HTTP/1.1\r\nX-A: "])
async def test_of_connections_that_say_nothing_the_oldest_make_room(door: Door, head: bytes):  # noqa: F811
    host, port = door.url.split("/")[2].split(":")
    opened = []
    for _ in range(700):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        opened.append((reader, writer))
    async with asyncio.timeout(3):  # their own time is fifteen seconds
        assert all(await asyncio.gather(*(_until_closed(reader) for reader, _ in opened[:150])))
    assert not opened[-1][0].at_eof()
    await door.incidents.run("images")  # the neighbour is served meanwhile
    for _, writer in opened:
        writer.close()


async def test_the_neighbour_a_connection_that_asked_something_else_first_is_kept(door: Door):  # noqa: F811
    host, port = door.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for wait_s in (0, 6):
        await asyncio.sleep(wait_s)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"404" in await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(b"404: Not Found"))
    writer.close()


async def _until_closed(reader: asyncio.StreamReader) -> bool:
    while await reader.read(1024):
        pass
    return True


@pytest.mark.parametrize("text", ["exec nothere " + "-e A=b " * 1_000 + "-- true", "ps " + "aaa " * 1_990])
def test_a_command_of_a_thousand_flags_is_refused_in_no_time(text: str):
    started = time.perf_counter()
    with pytest.raises(UsageError, match="at most 100 words"):
        Grammar(catalog()).parse(text)
    assert time.perf_counter() - started < MOST_S


@pytest.mark.parametrize("text", ["logs -" + "f" * 7_900, "ps -" + "a" * 7_900])
def test_a_flag_of_a_thousand_letters_is_refused_in_no_time(text: str):
    started = time.perf_counter()
    with pytest.raises(UsageError, match="too many letters in one flag"):
        Grammar(catalog()).parse(text)
    assert time.perf_counter() - started < MOST_S


@pytest.mark.parametrize(
    "pattern", [r"((\pL|x){1,300}y)z", "(a{1,90}b{1,90}){1,9}x", r"(?i)(.|\n){800}q", "(.{1,30}a){1,30}x"]
)
def test_a_pattern_that_would_be_searched_slowly_is_refused(pattern: str):
    with pytest.raises(UsageError, match=r"repeats too much|too large"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["timeout|refused", r"\d{4}-\d\d", "a{1000}b", r"(?i)error: .{0,200}", r"\pL+ \pL+"]
)
def test_the_neighbour_a_pattern_that_people_type_is_searched_in_no_time(pattern: str):
    started = time.perf_counter()
    compile_pattern(pattern).search(b"a" * 262_144)
    assert time.perf_counter() - started < MOST_S


def test_a_pattern_that_looks_to_the_end_at_each_line_costs_its_length():
    started = time.perf_counter()
    block = b"a\n" * 65_536
    assert matching_lines(compile_pattern("(?s).*Z|a"), block) == block
    assert time.perf_counter() - started < 4 * MOST_S


def test_the_neighbour_a_long_script_behind_the_dashes_is_read():
    action = Grammar(catalog()).parse("exec web -- echo " + "word " * 1_500)
    assert isinstance(action, ArgvAction)
    assert len(action.argv) == 1_501


def test_patterns_that_people_type_hold_little_memory():
    """Repetitions of repetitions of a class: each took ten megabytes, and was remembered."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(40):
        with contextlib.suppress(UsageError):
            compile_pattern(rf"((\pL|x){{1,300}}y)z{number}", "`--grep`")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 110 * 1024  # KiB
    assert compile_pattern("timeout|refused").search(b"connection refused")


async def test_a_crowd_of_half_sent_bodies_fails_nobody_elses_request(door: Door):  # noqa: F811
    """Who has waited longest makes room, also where its own time is just over."""
    host, port = door.url.split("/")[2].split(":")
    head = f"POST /slack/events HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100000\r\n\r\n".encode()
    writers = []
    try:
        for _ in range(400):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(head + b"x" * 1_000)
            writers.append(writer)
        assert {await door.send({**SLASH, "trigger_id": f"{number}.crowd"}) for number in range(40)} == {200}
    finally:
        for writer in writers:
            writer.transport.abort()


async def test_half_a_character_is_no_command_and_leaves_no_trace(door: Door):  # noqa: F811
    body = json.dumps({"type": "event_callback", "event": {"text": "@cdebug ps \ud800"}, "team_id": "T0PLAY"})
    assert from_payload(json.loads(body), "U0CDEBUG", "id", 0.0) is None
    slash = {**SLASH, "text": "ps \ud800"}
    assert from_payload(slash, "U0CDEBUG", "id", 0.0) is None


async def test_people_who_cant_be_known_are_not_remembered():
    async def fail(key: str) -> str:
        raise Unavailable("Slack does not answer")

    remembered = Remembered(fail)
    for number in range(1_000):
        with pytest.raises(Unavailable):
            await remembered.get(f"U{number}")
    assert not remembered._asking
