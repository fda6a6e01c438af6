"""The lines of several containers as one log: in the order of their times, or as they come.

Whose a line is goes with it: what hides secrets reads each container's lines by themselves.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

from bot.core.output import Lines, Stream
from bot.core.text import TIME

Sources = Mapping[str, AsyncGenerator[Lines, None]]


async def in_time_order(sources: Sources, *, timestamps: bool) -> AsyncGenerator[Lines, None]:
    """Every line begins with its time, as engines write it; no more than a block of each source is held.

    timestamps: whether the times stay. Engines write them at a fixed width, so texts sort as moments do.
    """
    async with AsyncExitStack() as stack:
        for source in sources.values():
            await stack.enter_async_context(aclosing(source))
        readers = [_Reader(name, source, timestamps=timestamps) for name, source in sources.items()]
        waiting = [reader for reader in readers if await reader.fill()]
        while waiting:
            for reader in readers:
                while reader.leads:
                    yield reader.leads.popleft()
            first = min(waiting, key=lambda reader: reader.time)
            others = [reader.time for reader in waiting if reader is not first]
            yield first.take_until(min(others) if others else None)
            if not await first.fill():
                waiting.remove(first)


class _Reader:
    """One source, a line at a time. A line that goes on from the one before has no time, and keeps that one's."""

    def __init__(self, name: str, source: AsyncGenerator[Lines, None], *, timestamps: bool) -> None:
        self._name, self._source, self._timestamps = name, source, timestamps
        self._lines: deque[bytes] = deque()
        self.leads: deque[Lines] = deque()
        self._stream: Stream = "out"
        self.time = b""

    async def fill(self) -> bool:
        """Whether there is a next line."""
        while not self._lines:
            try:
                block = await anext(self._source)
            except StopAsyncIteration:
                return False
            if block.lead:
                self.leads.append(replace(block, source=self._name))
                continue
            self._stream = block.stream
            self._lines.extend(block.data.splitlines(keepends=True))
        self._look()
        return True

    def _look(self) -> None:
        if found := TIME.match(self._lines[0]):
            self.time = found[0]

    def take_until(self, time: bytes | None) -> Lines:
        """The next line, and those after it that are held and not later than a time."""
        taken: list[bytes] = []
        while self._lines and (not taken or time is None or self.time <= time):
            line = self._lines.popleft()
            found = None if self._timestamps else TIME.match(line)
            taken.append(line[found.end() :] if found else line)
            if self._lines:
                self._look()
        return Lines(b"".join(taken), self._stream, self._name)


async def as_they_come(sources: Sources) -> AsyncGenerator[Lines, None]:
    """For what has no end: whatever says something next. Raises what the first that fails raises."""
    queue: asyncio.Queue[Lines | Exception | None] = asyncio.Queue(maxsize=len(sources))

    async def read(name: str, source: AsyncGenerator[Lines, None]) -> None:
        """An error is passed on as a value: it is for whoever reads, not for the reader of another source."""
        ended: Exception | None = None
        try:
            async with aclosing(source) as lines:
                async for block in lines:
                    await queue.put(replace(block, source=name))
        except Exception as error:
            ended = error
        await queue.put(ended)

    # No task group: whoever closes this generator may do so from another task than the one that began it.
    readers = [asyncio.create_task(read(name, source)) for name, source in sources.items()]
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
        if readers:
            await asyncio.wait(readers)
