"""What is live, on whichever replica; and the mail for it: lines, Stop, Ctrl-C.

A replica reads one mailbox for all its runs: a thousand follows need one connection, not a thousand.
A run's lease is its replica's sign of life: the mail of a replica that is gone reaches nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

from bot.core.errors import Unavailable
from bot.core.ports.state import Letter, LiveRun
from bot.core.request import Place
from bot.store.connection import answering
from bot.store.encoding import run_from_json, run_to_json
from bot.store.keys import LIVE, MAILBOX, REPLICA

_WAIT_MS = 2_000  # well below the time that we wait for an answer
_MOST = 10_000
_PATIENCE_S = 5.0


class RedisLive:
    """This replica is `replica`."""

    def __init__(self, redis: Any, replica: str) -> None:
        self._redis, self._replica = redis, replica

    async def add(self, place: Place, run: LiveRun) -> None:
        """A run has begun here."""
        key = _key(place)
        async with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, run.id, run_to_json(replace(run, replica=self._replica)))
            pipe.expire(key, LIVE.lifetime_s)
            await pipe.execute()

    async def remove(self, place: Place, run_id: str) -> None:
        """It has ended."""
        async with answering():
            await self._redis.hdel(_key(place), run_id)

    async def of(self, place: Place) -> list[LiveRun]:
        """The live runs of a thread; those of replicas that are gone are forgotten."""
        async with answering():
            known = [run_from_json(text) for text in await self._redis.hvals(_key(place))]
            alive = {run.replica for run in known if await self._redis.exists(REPLICA(id=run.replica))}
            if gone := [run.id for run in known if run.replica not in alive]:
                await self._redis.hdel(_key(place), *gone)
        return [run for run in known if run.replica in alive]

    async def in_channel(self, place: Place) -> list[LiveRun]:
        """The live runs of all threads of a channel."""
        async with answering(_PATIENCE_S):
            keys = [key async for key in self._redis.scan_iter(LIVE(channel=place.channel, thread="*"), count=500)]
        threads = [key.decode().rpartition(":")[2] for key in keys]
        return [run for thread in threads for run in await self.of(Place(place.team, place.channel, thread))]

    async def send(self, run: LiveRun, letter: Letter) -> None:
        """Put a letter into the mailbox of the replica that has the run."""
        async with answering():
            key = MAILBOX(replica=run.replica)
            await self._redis.xadd(key, {"letter": json.dumps(asdict(letter))}, maxlen=_MOST, approximate=True)
            await self._redis.expire(key, MAILBOX.lifetime_s)

    async def letters(self) -> AsyncIterator[Letter]:
        """The mail of this replica, as it comes, until cancelled. Redis away: it tries again."""
        after = "0"
        while True:
            try:
                async with answering(_PATIENCE_S):
                    box = {MAILBOX(replica=self._replica): after}
                    found = await self._redis.xread(box, block=_WAIT_MS, count=100)
            except Unavailable:
                await asyncio.sleep(1)
                continue
            for _, page in found or ():
                for entry_id, fields in page:
                    after = entry_id
                    yield Letter(**json.loads(fields[b"letter"]))


def _key(place: Place) -> str:
    return LIVE(channel=place.channel, thread=place.thread)
