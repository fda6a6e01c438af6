"""Requests for approval. Every change says what it expects to find: of two at once, one succeeds."""

from __future__ import annotations

from typing import Any

from bot.core.approval import Approval
from bot.store.connection import answering
from bot.store.encoding import approval_from_json, approval_to_json
from bot.store.keys import APPROVAL, APPROVALS, PASS

_SWAP = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
if ARGV[3] == 'closed' then redis.call('ZREM', KEYS[2], ARGV[4]) end
return 1
"""


class RedisApprovals:
    """Every method raises Unavailable where Redis is away."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._swap = redis.register_script(_SWAP)

    async def put(self, approval: Approval) -> None:
        """Keep a new one."""
        async with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(APPROVAL(id=approval.id), approval_to_json(approval), ex=APPROVAL.lifetime_s)
            pipe.zadd(APPROVALS(), {approval.id: approval.expires})
            await pipe.execute()

    async def get(self, approval_id: str) -> Approval | None:
        async with answering():
            text = await self._redis.get(APPROVAL(id=approval_id))
        return approval_from_json(text) if text else None

    async def swap(self, old: Approval, new: Approval) -> bool:
        """Replace `old` by `new`; False where it isn't `old` any more."""
        state = "waiting" if new.state == "waiting" else "closed"
        async with answering():
            text = await self._redis.get(APPROVAL(id=new.id))  # as whichever version wrote it
            if not text or approval_to_json(approval_from_json(text)) != approval_to_json(old):
                return False
            args = [text, approval_to_json(new), state, new.id]
            return bool(await self._swap(keys=[APPROVAL(id=new.id), APPROVALS()], args=args))

    async def waiting(self) -> list[Approval]:
        """Those that wait, the next to expire first."""
        return await self._listed("+inf")

    async def due(self, now: float) -> list[Approval]:
        """Those whose time is over and that nobody has closed."""
        return await self._listed(str(now))

    async def put_pass(self, key: str, approval_id: str, seconds: float) -> None:
        """Keep by which request something may be used again, for so long."""
        async with answering():
            await self._redis.set(PASS(digest=key), approval_id, ex=max(1, int(seconds)))

    async def get_pass(self, key: str) -> str:
        """The request's id; nothing where there is none, or its time is over."""
        async with answering():
            known = await self._redis.get(PASS(digest=key))
        return known.decode() if known else ""

    async def _listed(self, until: str) -> list[Approval]:
        async with answering():
            ids = [key.decode() for key in await self._redis.zrangebyscore(APPROVALS(), "-inf", until)]
            texts = await self._redis.mget([APPROVAL(id=key) for key in ids]) if ids else []
            if gone := [key for key, text in zip(ids, texts, strict=True) if not text]:
                await self._redis.zrem(APPROVALS(), *gone)
        return [approval_from_json(text) for text in texts if text]
