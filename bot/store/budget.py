"""What Slack lets us send, and what people may ask: both counted across replicas.

Source: https://docs.slack.dev/apis/web-api/rate-limits (about one message a second a channel, with
short bursts).
"""

from __future__ import annotations

from typing import Any

from bot.core.request import Request
from bot.store.connection import answering
from bot.store.keys import BUDGET, FLOOD

_LONGEST_LINE_MS = 10**9
_RESERVE = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local next_free = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), at - ARGV[2] * (ARGV[1] - 1))
local wait = math.max(0, next_free - at)
if wait > tonumber(ARGV[4]) then return -1 end
redis.call('SET', KEYS[1], string.format('%.0f', next_free + ARGV[2]), 'EX', ARGV[3])
return wait
"""


class Budget:
    """Messages a channel: one a second, four at once after a pause."""

    def __init__(self, redis: Any, *, burst: int = 4, every_ms: int = 1_000) -> None:
        self._reserve = redis.register_script(_RESERVE)
        self._burst, self._every_ms = burst, every_ms

    async def reserve(self, channel: str) -> float:
        """Take the next place in the channel's line; returns the seconds to wait for it."""
        return await self._take(channel, _LONGEST_LINE_MS) / 1000

    async def free(self, channel: str) -> bool:
        """Take a place only where nobody has to wait for it."""
        return await self._take(channel, 0) >= 0

    async def _take(self, channel: str, most_ms: int) -> int:
        arguments = [self._burst, self._every_ms, BUDGET.lifetime_s, most_ms]
        async with answering():
            return int(await self._reserve(keys=[BUDGET(channel=channel)], args=arguments))


class RedisMeter:
    """Commands a minute, a person and a channel."""

    def __init__(self, redis: Any, per_person: int, per_channel: int) -> None:
        self._redis, self._limits = redis, (per_person, per_channel)

    async def admit(self, request: Request) -> str:
        """Count it; returns who floods, or nothing when it may pass."""
        minute = str(int(request.at // 60))
        keys = [FLOOD(who=who, minute=minute) for who in (f"{request.team}.{request.user}", request.channel)]
        async with answering(), self._redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.incr(key).expire(key, FLOOD.lifetime_s)
            answers = await pipe.execute()
        for name, count, limit in zip(("you", "this channel"), answers[::2], self._limits, strict=True):
            if count > limit:
                return f"{name} sent more than {limit} commands in a minute"
        return ""
