"""One pool of connections to one Redis; its errors become ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from bot.core.errors import Misconfigured, Unavailable

ANSWER_S = 1.5  # half of what Slack waits for: a busy machine or disk is not away yet
_CONNECTIONS = 64
_READ_S = 0.05
_SAID = 120  # characters


def connect(url: str) -> Any:  # redis-py's commands are typed as sync or async at once
    """A client of the Redis at `url` (redis://, rediss://, unix://); nothing is dialled yet. Raises Misconfigured.

    It has no time limit of its own: every call belongs in `answering`. redis-py's writes through asyncio.wait_for,
    which on Python 3.11 can lose a cancellation (https://github.com/python/cpython/issues/86296).
    """
    try:
        pool = aioredis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=ANSWER_S,
            socket_connect_timeout=ANSWER_S,
            socket_timeout=None,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise Misconfigured("REDIS_URL is no address", why=str(error).split(" (")[0]) from error
    return aioredis.Redis.from_pool(pool)  # it closes the pool, which Redis(connection_pool=…) does not


@asynccontextmanager
async def answering(within_s: float = ANSWER_S) -> AsyncIterator[None]:
    """Redis away, or slower than `within_s`, is Unavailable; so is one that refuses, with its words.

    Time in which the bot itself was busy is not Redis's silence: what has come meanwhile is read before anybody is
    blamed.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as limit:
            late = loop.call_later(within_s, lambda: limit.reschedule(loop.time() + _READ_S))
            try:
                yield
            finally:
                late.cancel()
    except ResponseError as error:  # it answers, and refuses: full, read-only, or somebody else wrote there
        said = str(error).split("script:")[0][:_SAID]
        raise Unavailable(
            "can't now",
            why=f"cdebug's memory (Redis) refuses it: {said}",
            hint="Nothing ran; whoever runs cdebug has to look at Redis.",
        ) from error
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(
            "can't now", why="cdebug's memory (Redis) does not answer", hint="Nothing ran; try again in a minute."
        ) from error
