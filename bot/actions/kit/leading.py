"""Lines before the window that was asked for, read so that nothing on its border is mistaken, and shown to nobody.

A window may begin inside a private key, or under the name of a value: what hides secrets has to see where that began.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from bot.core.errors import CdebugError
from bot.core.output import Lines
from bot.core.ports.logs import LogQuery, LogsPort
from bot.core.target import Container

_LEAD = 300  # lines: longer than any key file
_MOST = 10_000  # lines that are held back for it; a longer window relies on what a key's lines look like


async def led(engine: LogsPort, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
    """The log, with some hundreds of lines before it marked as `lead`. Raises what reading it raises."""
    before = _query_before(query)
    if before:
        async with aclosing(engine.logs(container, before)) as log:
            async for lines in _window(log, query.tail or 0):
                if lines.lead:
                    yield lines
    asked = query
    if query.tail and _is_held(query):
        # The last lines before a moment: engines count them from the end of the whole log.
        asked = replace(query, tail=None if query.until else query.tail + _LEAD)
    log = engine.logs(container, asked)
    async with aclosing(_window(log, query.tail or 0) if asked is not query else log) as shown:
        async for lines in shown:
            yield lines


def _is_held(query: LogQuery) -> bool:
    return not query.follow and query.tail is not None and 0 < query.tail <= _MOST


def _query_before(query: LogQuery) -> LogQuery | None:
    """A look at what stands before, where the window itself can't be read with it."""
    if query.follow and query.tail and query.tail <= _MOST:
        return replace(query, follow=False, tail=query.tail + _LEAD)
    if query.since and query.tail is None:
        return replace(query, follow=False, since=None, until=query.since, tail=_LEAD)
    return None


async def _window(log: AsyncGenerator[Lines, None], most: int) -> AsyncGenerator[Lines, None]:
    """The last lines as they are; those before them as lead. No more than the window is held."""
    held: deque[tuple[Lines, int]] = deque()
    total, failed = 0, None
    try:
        async with aclosing(log) as source:
            async for block in source:
                count = block.data.count(b"\n")
                held.append((block, count))
                total += count
                while held and total - held[0][1] >= most:
                    first, size = held.popleft()
                    total -= size
                    yield replace(first, lead=True)
    except CdebugError as error:  # what came before it is shown
        failed = error
    for block, count in held:
        over = max(0, min(count, total - most))
        total -= over
        if over:
            at = _after(block.data, over)
            yield replace(block, data=block.data[:at], lead=True)
            block = replace(block, data=block.data[at:])  # noqa: PLW2901
        if block.data:
            yield block
    if failed:
        raise failed


def _after(data: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1
    return at
