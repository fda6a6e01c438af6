"""A container's log as blocks of whole lines, at the speed of the engine.

Source: Docker Engine API v1.41, ContainerLogs and "Stream format": without a TTY each frame has an
8-byte header, the stream's number and the payload's length, big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import datetime

from bot.backends.docker.client import ANSWER_S
from bot.backends.docker.context import DockerContext
from bot.core.output import Lines, Stream
from bot.core.ports.logs import LogQuery
from bot.core.target import Container
from bot.core.text import TIME, LineSplitter, with_one_time
from bot.together import alongside

_HEADER = struct.Struct(">BxxxL")
_STREAMS: dict[int, Stream] = {0: "out", 1: "out", 2: "err"}


class DockerLogs:
    """Reads logs."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
        """The lines as the container wrote them, in order. Raises NotFound, TimedOut, Unavailable."""
        what, path = "read logs of", f"/containers/{container.id}/logs"
        quiet_s = None if query.follow else ANSWER_S
        async with AsyncExitStack() as stack:
            # Whether it has a TTY is asked while the stream is opened: an older engine's stream doesn't say.
            inspected = self._client.call(what, container, lambda api: api.inspect_container(container.id))
            opened = self._client.stream(what, container, path, _parameters(query), quiet_s=quiet_s)
            async with alongside(inspected) as asked:
                content = await stack.enter_async_context(opened)
                seen = await asked
            if isinstance(seen, Exception):
                raise seen
            cutter: Raw | Frames = (Raw if seen["Config"]["Tty"] else Frames)(timed=query.timestamps)
            async for chunk in content.iter_any():
                for lines in cutter.push(chunk):
                    yield lines
            for lines in cutter.close():
                yield lines


def _parameters(query: LogQuery) -> dict[str, str]:
    parameters = {"stdout": "1", "stderr": "1", "tail": "all" if query.tail is None else str(query.tail)}
    parameters |= {"timestamps": "1"} if query.timestamps else {}
    parameters |= {"follow": "1"} if query.follow else {}
    parameters |= {"since": _seconds(query.since)} if query.since else {}
    parameters |= {"until": _seconds(query.until)} if query.until else {}
    return parameters


def _seconds(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


class Raw:
    """A container with a TTY has one stream and no frames; its lines end in carriage return and newline.

    timed: each begins with its time, and so does each piece of 16 KiB of a long one.
    """

    def __init__(self, *, timed: bool = False) -> None:
        self._lines, self._timed = LineSplitter(), timed

    def push(self, chunk: bytes) -> list[Lines]:
        block = self._lines.push(chunk)
        block = with_one_time(block) if self._timed else block
        return [Lines(block)] if block else []

    def close(self) -> list[Lines]:
        block = self._lines.close()
        return [Lines(block)] if block else []


class Frames:
    """Takes a multiplexed stream apart; neighbouring frames of one stream become one block.

    timed: each frame begins with its time. A line of over 16 KiB comes in several, of which all but the last have no
    newline: it is one line, and has one time.
    """

    def __init__(self, *, timed: bool = False) -> None:
        self._rest = b""
        self._timed = timed
        self._unended: set[int] = set()
        self._lines: dict[Stream, LineSplitter] = {"out": LineSplitter(), "err": LineSplitter()}

    def push(self, chunk: bytes) -> list[Lines]:
        data = self._rest + chunk if self._rest else chunk
        runs: list[tuple[int, list[bytes]]] = []
        at, length, last = 0, len(data), -1
        while length - at >= 8:
            number, size = _HEADER.unpack_from(data, at)
            end = at + 8 + size
            if end > length:
                break
            if number != last:
                runs.append((number, []))
                last = number
            runs[-1][1].append(self._piece(number, data[at + 8 : end]) if self._timed else data[at + 8 : end])
            at = end
        self._rest = data[at:]
        return [lines for number, parts in runs for lines in self._cut(_STREAMS.get(number, "out"), b"".join(parts))]

    def _piece(self, number: int, data: bytes) -> bytes:
        goes_on = number in self._unended
        (self._unended.discard if data.endswith(b"\n") else self._unended.add)(number)
        return data[time.end() :] if goes_on and (time := TIME.match(data)) else data

    def _cut(self, stream: Stream, data: bytes) -> list[Lines]:
        block = self._lines[stream].push(data)
        return [Lines(block, stream)] if block else []

    def close(self) -> list[Lines]:
        rest = {stream: splitter.close() for stream, splitter in self._lines.items()}
        return [Lines(block, stream) for stream, block in rest.items() if block]
