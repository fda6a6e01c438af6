"""Processes and ports over WebSockets: each message is a channel's number and its bytes.

v5 adds the end of one channel, so that a program can see the end of its input; v4, of older servers, can't.
Source: Kubernetes, `k8s.io/apimachinery/pkg/util/remotecommand` and KEP-4006.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import aiohttp

from bot.core.output import Stream

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
PORTS = ("v4.channel.k8s.io",)
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
_STREAMS: dict[int, Stream] = {STDOUT: "out", STDERR: "err"}
_PIECE = 1 << 15  # a server reads messages of at most 64 KiB
_KILLED = 137


class Remote:
    """A process in a container. `failed` is the server's word where it could not be started."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, terminal: bool) -> None:
        self._socket, self._terminal = socket, terminal
        self._status: int | None = None
        self._early: list[tuple[Stream, bytes]] = []
        self.failed = ""
        self.broken = False

    async def begin(self, columns: int, rows: int) -> None:
        """Give a terminal its size."""
        if self._terminal:
            await self._send(RESIZE, json.dumps({"Width": columns, "Height": rows}).encode())

    async def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]:
        """Bytes as they come, each with its stream; ends when the process has ended."""
        async for message in self._socket:
            if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
                break
            data = message.data if isinstance(message.data, bytes) else message.data.encode()
            if not data:
                continue
            if data[0] == ERROR:
                self._ended(data[1:])
            elif data[0] in _STREAMS and len(data) > 1:
                yield _STREAMS[data[0]], data[1:]
        self.broken = self._status is None and not self.failed

    def _ended(self, said: bytes) -> None:
        """Source: meta/v1 Status; a process' own status is a cause of `NonZeroExitCode`."""
        known: dict[str, Any] = json.loads(said or b"{}")
        if known.get("status") == "Success":
            self._status = 0
            return
        causes = (known.get("details") or {}).get("causes") or ()
        code = next((cause["message"] for cause in causes if cause.get("reason") == "ExitCode"), "")
        if code.isdigit():
            self._status = int(code)
        else:
            self.failed = " ".join(str(known.get("message") or "it could not be started").split())

    async def write(self, data: bytes) -> None:
        for at in range(0, len(data), _PIECE):
            await self._send(STDIN, data[at : at + _PIECE])

    async def end_input(self) -> None:
        """Close its standard input and nothing else, where the server knows how."""
        if self._socket.protocol == PROTOCOLS[0]:
            await self._send(CLOSE, bytes([STDIN]))

    async def status(self) -> int | None:
        """None while it runs, and where the connection broke before it was said."""
        return self._status

    async def _send(self, channel: int, data: bytes) -> None:
        with suppress(ConnectionError, aiohttp.ClientError):  # it has ended: its status says how
            await self._socket.send_bytes(bytes([channel]) + data)


class Port:
    """A connection to one port: channel 0 is its bytes, channel 1 what went wrong."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._greeted: set[int] = set()
        self.failed = ""

    async def read(self) -> bytes:
        """What there is, empty at the end."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
                continue
            channel, data = message.data[0], message.data[1:]
            if channel not in self._greeted:
                self._greeted.add(channel)  # the first message of each names the port
                data = data[2:]
            if channel == 1 and data:
                self.failed = _in_short(data.decode("utf-8", "replace"))
                return b""
            if channel == 0 and data:
                return bytes(data)
        return b""

    async def write(self, data: bytes) -> None:
        with suppress(ConnectionError, aiohttp.ClientError):  # it has ended: `read` says why
            for at in range(0, len(data), _PIECE):
                await self._socket.send_bytes(b"\0" + data[at : at + _PIECE])


def _in_short(said: str) -> str:
    """The runtime's reason, without its own ids and paths."""
    if "connection refused" in said:
        return "nothing listens on that port"
    return " ".join(said.rpartition("failed to ")[2].split())[:200]
