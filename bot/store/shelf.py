"""Kept results for a day: redacted lines in compressed blocks, readable by line number.

A result larger than the limit loses its oldest blocks; how many lines those were is returned, so
that people are told.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from functools import partial
from itertools import accumulate
from typing import Any

import zstandard

from bot.core.ports.state import StoredResult, Window
from bot.core.request import Place
from bot.store.connection import answering
from bot.store.encoding import result_from_json, result_to_json
from bot.store.keys import BLOCKS, COUNTS, SHELF, WINDOW
from bot.together import aside

_PATIENCE_S = 5.0
_LARGE = 1 << 20  # bytes that a block has once it is unpacked, or more


class RedisShelf:
    """limit: bytes of text that one result may have."""

    def __init__(self, redis: Any, limit: int) -> None:
        self._redis, self._limit = redis, limit
        self._sizes: dict[str, list[int]] = {}

    async def append(self, kept_id: str, block: bytes) -> int:
        """Add a block of whole lines; returns how many old lines had to go for it."""
        sizes = self._sizes.setdefault(kept_id, [])
        sizes.append(len(block))
        blocks, counts = BLOCKS(id=kept_id), COUNTS(id=kept_id)
        packed = await aside(len(block), lambda: zstandard.compress(block, level=1))
        async with answering(_PATIENCE_S), self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(blocks, packed).expire(blocks, BLOCKS.lifetime_s)
            pipe.rpush(counts, block.count(b"\n")).expire(counts, COUNTS.lifetime_s)
            over = 0
            while sum(sizes) > self._limit and len(sizes) > 1:
                sizes.pop(0)
                over += 1
                pipe.lpop(blocks).lpop(counts)
            answers = await pipe.execute()
        return sum(int(count) for count in answers[5::2][:over])

    async def finish(self, kept: StoredResult) -> None:
        """Its last block was added: keep what it is."""
        self._sizes.pop(kept.id, None)
        async with answering(_PATIENCE_S):
            await self._redis.set(SHELF(id=kept.id), result_to_json(kept), ex=SHELF.lifetime_s)

    async def get(self, kept_id: str) -> StoredResult | None:
        """None when its day is over."""
        async with answering():
            text = await self._redis.get(SHELF(id=kept_id))
        return result_from_json(text) if text else None

    async def read(self, kept_id: str, first: int, last: int) -> list[bytes]:
        """Lines first…last-1, without their newlines."""
        async with answering(_PATIENCE_S):
            counts = [int(count) for count in await self._redis.lrange(COUNTS(id=kept_id), 0, -1)]
            ends = list(accumulate(counts))
            touched = [i for i, end in enumerate(ends) if end > first and end - counts[i] < last]
            if not touched:
                return []
            packed = await self._redis.lrange(BLOCKS(id=kept_id), touched[0], touched[-1])
        start = ends[touched[0]] - counts[touched[0]]
        lines = await aside(_LARGE, lambda: b"".join(map(zstandard.decompress, packed)).splitlines())
        return lines[max(0, first - start) : last - start]

    async def blocks(self, kept_id: str) -> AsyncIterator[bytes]:
        """All of it, a block at a time."""
        at = 0
        while True:
            async with answering(_PATIENCE_S):
                packed = await self._redis.lindex(BLOCKS(id=kept_id), at)
            if packed is None:
                return
            yield await aside(_LARGE, partial(zstandard.decompress, packed))
            at += 1

    async def put_window(self, window: Window) -> None:
        async with answering():
            await self._redis.set(WINDOW(id=window.id), json.dumps(asdict(window)), ex=WINDOW.lifetime_s)

    async def window(self, window_id: str) -> Window | None:
        async with answering():
            text = await self._redis.get(WINDOW(id=window_id))
        if not text:
            return None
        known = json.loads(text)
        return Window(**{**known, "place": Place(**known["place"])})
