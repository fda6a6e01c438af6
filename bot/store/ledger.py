"""The ledger: what was intended, made, undone, or is stuck. A change says what it expects to find."""

from __future__ import annotations

import logging
from typing import Any

from bot.core.ledger import MadeObject
from bot.store.connection import answering
from bot.store.keys import MADE, MADE_OPEN

_LOG = logging.getLogger(__name__)
_MOVE = """
local known = redis.call('GET', KEYS[1])
if not known or cjson.decode(known).state ~= ARGV[1] then return 0 end
if ARGV[3] == 'undone' then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[5])
  redis.call('ZREM', KEYS[2], ARGV[4])
else
  redis.call('SET', KEYS[1], ARGV[2])
end
return 1
"""


class RedisLedger:
    """Every method raises Unavailable where Redis is away."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._move = redis.register_script(_MOVE)

    async def intend(self, entry: MadeObject) -> None:
        """Write down what is about to be made. It stays until it is undone."""
        async with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(MADE(id=entry.id), entry.to_json())
            pipe.zadd(MADE_OPEN(), {entry.id: entry.expires})
            await pipe.execute()

    async def get(self, entry_id: str) -> MadeObject | None:
        async with answering():
            text = await self._redis.get(MADE(id=entry_id))
        return _read(text) if text else None

    async def move(self, old: MadeObject, new: MadeObject) -> bool:
        """Replace `old` by `new`; False where it isn't in the state of `old` any more."""
        args = [old.state, new.to_json(), new.state, new.id, MADE.lifetime_s]
        async with answering():
            return bool(await self._move(keys=[MADE(id=new.id), MADE_OPEN()], args=args))

    async def open(self) -> list[MadeObject]:
        """All that isn't undone, the next to expire first."""
        async with answering():
            ids = [key.decode() for key in await self._redis.zrange(MADE_OPEN(), 0, -1)]
            texts = await self._redis.mget([MADE(id=key) for key in ids]) if ids else []
            if gone := [key for key, text in zip(ids, texts, strict=True) if not text]:
                await self._redis.zrem(MADE_OPEN(), *gone)
        return [entry for text in texts if text and (entry := _read(text))]


def _read(text: bytes) -> MadeObject | None:
    """An entry that can't be read must not stop the sweep of the others."""
    try:
        return MadeObject.from_json(text)
    except (ValueError, KeyError, TypeError):
        _LOG.error("an entry of the ledger can't be read: %s", text[:200])
        return None
