"""Delivery made safe: a request is on disk before Slack hears that we have it, and is acted on once.

Rules of this file:
- one call records the dedup key and the request together, or neither
- a request stays pending until its work is done; a replica that dies leaves its own behind
- only the owner says how far a request came; one that was taken over meanwhile stays taken over
- an orphan is claimed by one replica: the claim succeeds only on the entry as it was read
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from bot.core.errors import Unavailable
from bot.core.request import Place, Request
from bot.store.connection import answering
from bot.store.encoding import request_from_fields, request_to_fields
from bot.store.keys import PENDING, REPLICA, SEEN

_LOG = logging.getLogger(__name__)
_PATIENCE_S = 5.0
_RECORD = """
local taken = {}
for i = 2, #KEYS do
  local id, entry = ARGV[2 * i - 2], ARGV[2 * i - 1]
  taken[i - 1] = redis.call('SET', KEYS[i], id, 'NX', 'EX', ARGV[1]) and 1 or 0
  if taken[i - 1] == 1 then redis.call('HSET', KEYS[1], id, entry) end
end
return taken
"""
_BEGIN = """
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry and cjson.decode(entry).owner == ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  return 1
end
return 0
"""
_DONE = """
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry and cjson.decode(entry).owner == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
"""
_CLAIM = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  return 1
end
return 0
"""


class RedisInbox:
    """Requests of all replicas; this one is `replica`."""

    def __init__(self, redis: Any, replica: str) -> None:
        self._redis, self._replica = redis, replica
        self._record = redis.register_script(_RECORD)
        self._batch: list[tuple[Request, asyncio.Future[bool]]] = []
        self._writing = asyncio.Lock()
        self._doubtful: set[str] = set()
        self._lived = False
        self._begin = redis.register_script(_BEGIN)
        self._done = redis.register_script(_DONE)
        self._claim = redis.register_script(_CLAIM)

    async def record(self, request: Request) -> bool:
        """Keep it, unless it was kept before. Raises Unavailable within half a second: then nothing was kept."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._batch.append((request, written))
        try:
            async with answering():
                async with self._writing:
                    if not written.done():
                        await self._write()
                return await written
        except BaseException:
            self._batch = [(known, future) for known, future in self._batch if future is not written]
            self._doubtful.add(request.id)
            raise

    async def _write(self) -> None:
        """Everything that came while the last write was under way, in one: a crowd waits for one disk, not fifty."""
        batch, self._batch = self._batch, []
        try:
            keys = [PENDING(), *(SEEN(dedup=request.dedup) for request, _ in batch)]
            entries = [part for request, _ in batch for part in (request.id, self._entry(request, None))]
            answers = await self._record(keys=keys, args=[SEEN.lifetime_s, *entries])
        except BaseException as error:
            for _, written in batch:
                if not written.done():
                    written.set_exception(error if isinstance(error, Exception) else TimeoutError())
                    written.exception()  # whoever waited may have given up: that is no fault
            raise
        for (_, written), taken in zip(batch, answers, strict=True):
            if not written.done():
                written.set_result(bool(taken))

    async def begun(self, request: Request, place: Place) -> None:
        """Its root message stands: whoever takes over tells people there. Raises Unavailable where somebody has."""
        async with answering():
            arguments = [request.id, self._replica, self._entry(request, place)]
            ours = await self._begin(keys=[PENDING()], args=arguments)
        if not ours:
            raise Unavailable(
                "this replica was silent for too long", why="another one has taken the command over",
                hint="Its answer is in this channel.",
            )  # fmt: skip

    async def done(self, request: Request) -> None:
        """Nothing is left to do; what another replica has taken over is that one's to end."""
        async with answering():
            await self._done(keys=[PENDING()], args=[request.id, self._replica])

    async def renew(self) -> bool:
        """Say that this replica lives; and forget what people were told did not run, though it may be written.

        False where its sign of life had lapsed: others have taken over what it had.
        """
        async with answering():
            before = await self._redis.set(REPLICA(id=self._replica), "1", ex=REPLICA.lifetime_s, get=True)
            held, self._lived = before is not None or not self._lived, True
            if self._doubtful:
                await self._redis.hdel(PENDING(), *self._doubtful)
                self._doubtful.clear()
        return held

    async def leave(self) -> None:
        """Say that this replica is going, so that others need not wait for its silence."""
        async with answering():
            await self._redis.delete(REPLICA(id=self._replica))

    async def orphans(self) -> AsyncIterator[tuple[Request, Place | None]]:
        """Requests whose replica is gone, each from the moment on that it is this one's."""
        async with answering(_PATIENCE_S):
            entries = await self._redis.hgetall(PENDING())
        for key, text in entries.items():
            known = _read(text)
            if known is None:
                _LOG.error("an entry of the inbox can't be read: dropped %s", key)
                async with answering():
                    await self._redis.hdel(PENDING(), key)
                continue
            owner, request, place = known
            async with answering():
                if owner == self._replica or await self._redis.exists(REPLICA(id=owner)):
                    continue
                claimed = await self._claim(keys=[PENDING()], args=[key, text, self._entry(request, place)])
            if claimed:
                yield request, place

    def _entry(self, request: Request, place: Place | None) -> str:
        text = json.dumps(request_to_fields(request), separators=(",", ":"))
        known = {"owner": self._replica, "request": text, "place": asdict(place) if place else None}
        return json.dumps(known, separators=(",", ":"))


def _read(text: bytes) -> tuple[str, Request, Place | None] | None:
    """An entry that another version wrote may not be readable: it must not stop this one."""
    try:
        entry = json.loads(text)
        place = Place(**entry["place"]) if entry["place"] else None
        return str(entry["owner"]), request_from_fields(json.loads(entry["request"])), place
    except (ValueError, TypeError, KeyError):
        return None
