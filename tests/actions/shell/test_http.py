"""What comes back from a port, whatever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.actions.shell.http import Http
from bot.core.bench import Bench
from bot.core.errors import CdebugError, Unavailable
from bot.core.output import Card, File, Lines, Note
from bot.core.target import Container, Scope
from tests.fakes.in_memory import InMemoryEngine

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POD = Container(Scope("c", "kubernetes", "shop"), "u/app", "web", "web:1", state="running", container="app")


class Wire(InMemoryEngine):
    """A port that says what it was given, in these pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)
        self.heard = b""
        self.failed = ""

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, data: bytes) -> None:
        self.heard += data

    @asynccontextmanager
    async def forward(self, container: Container, port: int) -> AsyncIterator[Wire]:
        yield self


async def run(wire: Wire, **more: Any) -> list[Any]:
    return [it async for it in Http(target="web:80/x", **more).run(POD, Bench(wire, NOW))]


async def test_an_answer_is_its_status_its_headers_and_its_body():
    wire = Wire(b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 3\r\n\r\no", b"k\n")
    card, body = await run(wire)
    assert isinstance(card, Card)
    assert ("status", "200 OK") in card.groups[0][1]
    assert body == Lines(b"ok\n")
    assert wire.heard.startswith(b"GET /x HTTP/1.1\r\nHost: localhost\r\n")


async def test_data_makes_it_a_post_with_its_length():
    wire = Wire(b"HTTP/1.1 204 No Content\r\n\r\n")
    _, body = await run(wire, data="é", headers=("Accept: text/plain",))
    assert body == Note("Its body is empty.")
    assert b"POST /x" in wire.heard
    assert b"Content-Length: 2\r\n" in wire.heard
    assert wire.heard.count(b"Accept:") == 1


async def test_what_is_no_text_is_a_file():
    _, body = await run(Wire(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\x89PNG\0"))
    assert body == File("body", b"\x89PNG\0")


async def test_a_switch_of_protocol_ends_it():
    with pytest.raises(CdebugError):
        await run(Wire(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"junk" * 100))


async def test_an_answer_that_breaks_off_is_shown_as_far_as_it_came():
    card, body = await run(Wire(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"))
    assert body == Lines(b"part\n")
    assert "more was left out" in dict(card.groups[1][1])["size"]


async def test_an_endless_answer_is_cut():
    many = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 2**20] * 20]
    card, _ = await run(Wire(*many))
    assert "more was left out" in dict(card.groups[1][1])["size"]


@pytest.mark.parametrize("said", [(), (b"SSH-2.0-OpenSSH\r\n",)])
async def test_what_says_nothing_or_no_http_is_one_line(said: tuple[bytes, ...]):
    with pytest.raises(Unavailable):
        await run(Wire(*said))
