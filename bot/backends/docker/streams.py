"""A connection that HTTP hands over: from then on bytes in both directions, each of which can end by itself."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable

import aiohttp

from bot.core.errors import Unavailable

_ANSWER_S, _QUIET_S = 5, 5.0
_LONGEST_HEAD = 64 * 1024
_LONGEST_ROW, _KEPT = 256 * 1024, 4 * 1024


class Hijacked:
    """Bytes from and to a process. Raises OSError where the connection breaks.

    lives: asked now and then while nothing comes; the stream has ended where it doesn't.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.lives: Callable[[], Awaitable[bool]] | None = None

    async def read(self, most: int) -> bytes:
        """What there is, empty at the end."""
        return await self._while_it_lives(lambda: self._reader.read(most))

    async def exactly(self, count: int) -> bytes:
        """So many bytes; empty where the stream ends before."""
        return await self._while_it_lives(lambda: self._reader.readexactly(count))

    async def _while_it_lives(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        while True:
            try:
                async with asyncio.timeout(_QUIET_S if self.lives else None) as time:
                    return await read()  # one that is cancelled has taken nothing
            except (asyncio.IncompleteReadError, ConnectionError):
                return b""
            except TimeoutError:
                if not time.expired() or not self.lives or not await self.lives():
                    return b""

    async def write(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # it has ended: its status says how
            self._writer.write(data)
            await self._writer.drain()

    async def half_close(self) -> None:
        if self._writer.can_write_eof():
            self._writer.write_eof()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()


async def lines_of(content: aiohttp.StreamReader) -> AsyncGenerator[tuple[bytes, bool], None]:
    """Each line, and whether all of it is there: of one that is too long, its beginning and its end."""
    rest, end = bytearray(), b""
    async for chunk in content.iter_any():
        *lines, last = chunk.split(b"\n")
        for line in lines:
            rest, end = _grown(rest, end, line)
            yield (bytes(rest) + end, not end)
            rest, end = bytearray(), b""
        rest, end = _grown(rest, end, last)
    if rest:
        yield (bytes(rest) + end, not end)


def _grown(rest: bytearray, end: bytes, more: bytes) -> tuple[bytearray, bytes]:
    if not end and len(rest) + len(more) <= _LONGEST_ROW:
        rest += more
        return rest, end
    whole = end or bytes(rest[_KEPT:])
    return rest[:_KEPT], (whole + more)[-_KEPT:]


async def connect(base: str, tls: ssl.SSLContext | None) -> Hijacked:
    """base: http+unix:///path, or tcp://host:port. Raises OSError."""
    async with asyncio.timeout(_ANSWER_S):
        if base.startswith("http+unix://"):
            return Hijacked(*await asyncio.open_unix_connection(base.removeprefix("http+unix://"), limit=1 << 20))
        host, _, port = base.partition("://")[2].rstrip("/").rpartition(":")
        return Hijacked(*await asyncio.open_connection(host, int(port), ssl=tls, limit=1 << 20))


async def upgrade(stream: Hijacked, path: str, body: bytes) -> tuple[int, bytes]:
    """Ask for the handover. Returns (status, what was said); with 101 or 200 the stream is handed over."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    )
    async with asyncio.timeout(_ANSWER_S):
        await stream.write(head.encode() + body)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = await stream.exactly(1)
            if not byte or len(answer) > _LONGEST_HEAD:
                raise Unavailable("the engine closed the connection", hint="Try again.")
            answer += byte
        status = int(answer.split(b" ", 2)[1])
        return status, b"" if status in (101, 200) else await stream.read(4096)
