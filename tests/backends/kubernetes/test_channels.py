"""The channel protocol against a server that speaks it, in all the ways that servers do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.backends.kubernetes.channels import PORTS, PROTOCOLS, Port, Remote

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]
SUCCESS = b"\x03" + json.dumps({"status": "Success"}).encode()


def failure(reason: str, causes: list[dict[str, str]], message: str = "") -> bytes:
    said = {"status": "Failure", "reason": reason, "message": message, "details": {"causes": causes}}
    return b"\x03" + json.dumps(said).encode()


@asynccontextmanager
async def connected(talk: Talk, known: tuple[str, ...] = PROTOCOLS) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A WebSocket to a server that knows these protocols and says what `talk` says."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=known)
        await socket.prepare(request)
        await talk(socket)
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{port}/", protocols=PROTOCOLS) as socket,
        ):
            yield socket
    finally:
        await runner.cleanup()


async def all_of(remote: Remote) -> list[tuple[str, bytes]]:
    return [part async for part in remote.output()]


async def test_streams_stay_apart_and_bytes_stay_bytes():
    async def talk(socket: web.WebSocketResponse) -> None:
        for message in (b"\x01", b"\x01\xff\x00\xc3", b"\x02oops", b"\x01\xa9", SUCCESS):
            await socket.send_bytes(message)

    async with connected(talk) as socket:
        remote = Remote(socket, terminal=False)
        assert await all_of(remote) == [("out", b"\xff\x00\xc3"), ("err", b"oops"), ("out", b"\xa9")]
        assert await remote.status() == 0
        assert not remote.broken


@pytest.mark.parametrize("code", ["1", "137", "255"])
async def test_a_status_is_the_processs_own(code: str):
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(failure("NonZeroExitCode", [{"reason": "ExitCode", "message": code}]))

    async with connected(talk) as socket:
        remote = Remote(socket, terminal=False)
        assert await all_of(remote) == []
        assert await remote.status() == int(code)


async def test_what_could_not_be_started_has_a_reason_and_no_status():
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(failure("InternalError", [], "exec failed:\n no such file or directory"))

    async with connected(talk) as socket:
        remote = Remote(socket, terminal=False)
        await all_of(remote)
        assert remote.failed == "exec failed: no such file or directory"
        assert await remote.status() is None


async def test_a_connection_that_ends_before_the_process_is_broken():
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x01half")

    async with connected(talk) as socket:
        remote = Remote(socket, terminal=False)
        assert await all_of(remote) == [("out", b"half")]
        assert remote.broken


@pytest.mark.parametrize(("known", "ends"), [(PROTOCOLS, True), (PROTOCOLS[1:], False)])
async def test_the_end_of_input_is_said_where_the_server_knows_how(known: tuple[str, ...], ends: bool):
    heard: list[bytes] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        async for message in socket:
            heard.append(message.data)
            if message.data[0] == 255 or message.data == b"\x00.":
                break
        await socket.send_bytes(SUCCESS)

    async with connected(talk, known) as socket:
        remote = Remote(socket, terminal=False)
        await remote.write(b"x" * 100_000)
        await remote.end_input()
        await remote.write(b".")
        await all_of(remote)
        assert socket.protocol == known[0]
    assert b"".join(message[1:] for message in heard if message[0] == 0).rstrip(b".") == b"x" * 100_000
    assert max(map(len, heard)) <= 1 << 16
    assert (b"\xff\x00" in heard) is ends


async def test_a_terminal_is_told_its_size():
    heard: list[bytes] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        heard.append((await socket.receive()).data)
        await socket.send_bytes(SUCCESS)

    async with connected(talk) as socket:
        remote = Remote(socket, terminal=True)
        await remote.begin(200, 50)
        await all_of(remote)
    assert heard == [b'\x04{"Width": 200, "Height": 50}']


async def test_a_port_is_what_follows_its_number():
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x00\x90\x1f")
        await socket.send_bytes(b"\x01\x90\x1f")
        assert (await socket.receive()).data == b"\x00GET"
        for message in (b"\x00one", b"\x00two"):
            await socket.send_bytes(message)

    async with connected(talk, PORTS) as socket:
        port = Port(socket)
        await port.write(b"GET")
        assert [await port.read(), await port.read(), await port.read()] == [b"one", b"two", b""]
        assert port.failed == ""


async def test_a_port_on_which_nothing_listens_says_so_in_short():
    long = (
        "error forwarding port 9 to pod 0f: failed to connect to localhost:9: dial tcp4 127.0.0.1:9: connection refused"
    )

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x00\x09\x00")
        await socket.send_bytes(b"\x01\x09\x00")
        await socket.send_bytes(b"\x01" + long.encode())

    async with connected(talk, PORTS) as socket:
        port = Port(socket)
        assert await port.read() == b""
        assert port.failed == "nothing listens on that port"
