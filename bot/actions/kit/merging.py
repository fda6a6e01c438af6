"""The lines of several containers as one log: in the order of their times, or as they come, each under a name."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing

from bot.core.output import Lines, Stream
from bot.together import unwrapped

Sources = Mapping[str, AsyncGenerator[Lines, None]]
_BLOCK = 1 << 16


async def in_time_order(sources: Sources, *, timestamps: bool) -> AsyncGenerator[Lines, None]:
    """Every line begins with its time, as engines write it; no more than a block of each source is held.

    timestamps: whether the times stay. Engines write them at a fixed width, so texts sort as moments do.
    """
    async with AsyncExitStack() as stack:
        for source in sources.values():
            await stack.enter_async_context(aclosing(source))
        readers = [_Reader(name, source, timestamps=timestamps) for name, source in sources.items()]
        waiting = [reader for reader in readers if await reader.fill()]
        blocks: list[bytes] = []
        size, stream = 0, "out"
        while waiting:
            first = min(waiting, key=lambda reader: reader.time)
            if blocks and (first.stream != stream or size >= _BLOCK):
                yield Lines(b"".join(blocks), _as_stream(stream))
                blocks, size = [], 0
            stream = first.stream
            blocks.append(first.take())
            size += len(blocks[-1])
            if not await first.fill():
                waiting.remove(first)
        if blocks:
            yield Lines(b"".join(blocks), _as_stream(stream))


def _as_stream(stream: str) -> Stream:
    return "err" if stream == "err" else "out"


class _Reader:
    """One source, a line at a time."""

    def __init__(self, name: str, source: AsyncGenerator[Lines, None], *, timestamps: bool) -> None:
        self._name, self._source, self._timestamps = name.encode(), source, timestamps
        self._lines: deque[bytes] = deque()
        self.stream: Stream = "out"

    async def fill(self) -> bool:
        """Whether there is a next line."""
        while not self._lines:
            try:
                block = await anext(self._source)
            except StopAsyncIteration:
                return False
            self.stream = block.stream
            self._lines.extend(block.data.splitlines(keepends=True))
        return True

    @property
    def time(self) -> bytes:
        return self._lines[0].partition(b" ")[0]

    def take(self) -> bytes:
        line = self._lines.popleft()
        return named(self._name, line if self._timestamps else line.partition(b" ")[2])


def named(name: bytes, line: bytes) -> bytes:
    """A line under its container's name."""
    return name + " │ ".encode() + line


async def as_they_come(sources: Sources) -> AsyncGenerator[Lines, None]:
    """For what has no end: whatever says something next. Raises what the first that fails raises."""
    queue: asyncio.Queue[Lines | Exception | None] = asyncio.Queue(maxsize=len(sources))

    async def read(name: str, source: AsyncGenerator[Lines, None]) -> None:
        """An error is passed on as a value: it is for whoever reads, not for the reader of another source."""
        ended: Exception | None = None
        try:
            async with aclosing(source) as lines:
                async for block in lines:
                    data = b"".join(named(name.encode(), line) for line in block.data.splitlines(keepends=True))
                    await queue.put(Lines(data, block.stream))
        except Exception as error:
            ended = error
        await queue.put(ended)

    async with unwrapped(), asyncio.TaskGroup() as group:
        readers = [group.create_task(read(name, source)) for name, source in sources.items()]
        try:
            left = len(readers)
            while left:
                block = await queue.get()
                if isinstance(block, Exception):
                    raise block
                if block is None:
                    left -= 1
                else:
                    yield block
        finally:
            for reader in readers:
                reader.cancel()
