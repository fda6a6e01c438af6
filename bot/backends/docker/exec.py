"""Running a process in a container, and listening to a container's own.

The engine has no call that ends an exec (moby issue 35703): closing its streams leaves it running, and
inspect says whether it does. Source: Docker Engine API v1.41, ExecStart, ContainerAttach, "Stream format".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

from bot.backends.docker.client import Client
from bot.backends.docker.context import DockerContext
from bot.backends.docker.streams import Hijacked
from bot.core.errors import CdebugError, NotFound, NotRunning
from bot.core.output import Stream
from bot.core.ports.exec import ExecQuery
from bot.core.target import Container

_HEADER = struct.Struct(">BxxxL")
_COLUMNS, _ROWS = 200, 50
_CHUNK = 1 << 16
_ENDING_S = 1.0
_NOT_FOUND, _LONGEST_REASON = b"executable file not found", 1_000


class DockerExec:
    """Starts processes."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    @asynccontextmanager
    async def exec(self, container: Container, query: ExecQuery) -> AsyncIterator[DockerProcess]:
        """Raises NotRunning for a container that doesn't run, NotFound for a program that isn't in it."""
        what = "run a command in"
        made = await self._client.call(
            what,
            container,
            lambda api: api.exec_create(
                container.id, list(query.argv), stdin=query.input, tty=query.terminal, user=query.user,
                workdir=query.workdir or None, environment=[*query.env, *query.marks] or None,
            ),
        )  # fmt: skip
        body = json.dumps({"Detach": False, "Tty": query.terminal}).encode()
        stream = await self._client.hijack(what, container, f"/exec/{made['Id']}/start", body)
        stream.lives = partial(self._runs, container)
        try:
            if query.terminal:
                await self._client.call(
                    what, container, lambda api: api.exec_resize(made["Id"], height=_ROWS, width=_COLUMNS)
                )
            yield DockerProcess(self._client, container, made["Id"], stream, terminal=query.terminal)
        finally:
            await stream.close()

    async def _runs(self, container: Container) -> bool:
        """The engine leaves an exec's stream open where its container ended with the one whose processes it shares."""
        try:
            seen = await self._client.call("look at", container, lambda api: api.inspect_container(container.id))
        except NotFound:
            return False
        except CdebugError:  # it doesn't answer: what is open stays open
            return True
        return bool(seen["State"]["Running"])

    async def attach(self, container: Container) -> AsyncGenerator[tuple[Stream, bytes], None]:
        """Raises NotRunning, NotFound, Unavailable."""
        what = "attach to"
        seen = await self._client.call(what, container, lambda api: api.inspect_container(container.id))
        if not seen["State"]["Running"]:
            raise NotRunning("cannot attach to", container, why="it is not running", hint="`logs` shows what it wrote.")
        path = f"/containers/{container.id}/attach?stream=1&stdout=1&stderr=1"
        stream = await self._client.hijack(what, container, path, b"")
        try:
            async with aclosing(_chunks(stream, terminal=seen["Config"]["Tty"])) as chunks:
                async for part in chunks:
                    yield part
        finally:
            await stream.close()


async def _chunks(stream: Hijacked, *, terminal: bool) -> AsyncGenerator[tuple[Stream, bytes], None]:
    """Bytes as they come, each with its stream; a terminal has one."""
    if terminal:
        while chunk := await stream.read(_CHUNK):
            yield "out", chunk
        return
    while header := await stream.exactly(_HEADER.size):
        number, size = _HEADER.unpack(header)
        while size:
            chunk = await stream.read(min(size, _CHUNK))
            if not chunk:
                return
            size -= len(chunk)
            yield ("err" if number == 2 else "out"), chunk


class DockerProcess:
    """One exec: its streams, and its status once it has ended."""

    def __init__(self, client: Client, container: Container, exec_id: str, stream: Hijacked, *, terminal: bool) -> None:
        self._client, self._container, self._id, self._stream = client, container, exec_id, stream
        self._terminal = terminal
        self._not_found = False

    async def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]:
        """Bytes as they come, each with its stream; ends when the process has closed both."""
        async with aclosing(_chunks(self._stream, terminal=self._terminal)) as chunks:
            async for stream, chunk in chunks:
                self._not_found |= _NOT_FOUND in chunk[:_LONGEST_REASON]
                yield stream, chunk

    async def write(self, data: bytes) -> None:
        await self._stream.write(data)

    async def end_input(self) -> None:
        """Close its standard input, and nothing else."""
        with contextlib.suppress(OSError):
            await self._stream.half_close()

    async def status(self) -> int | None:
        """None while it runs. A program that isn't there is 127, as a shell has it: the engine says 126."""
        for _ in range(int(_ENDING_S / 0.05)):
            seen = await self._inspect()
            if not seen["Running"]:
                status = int(seen["ExitCode"] or 0)
                return 127 if status == 126 and self._not_found else status
            await asyncio.sleep(0.05)  # the streams end a moment before the engine has the status
        return None

    async def _inspect(self) -> Any:
        return await self._client.call("ask for the status of", self._container, lambda api: api.exec_inspect(self._id))
