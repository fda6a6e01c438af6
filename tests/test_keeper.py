"""Chores: each at its own pace, none in another's way."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog
from structlog.testing import capture_logs

from bot.core.errors import Unavailable
from bot.keeper import Chore, keep


async def kept_for(seconds: float, *chores: Chore) -> list[Any]:
    with capture_logs() as logged, contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await keep(chores, structlog.get_logger())
    return logged


async def test_a_chore_is_done_at_the_start_and_again_after_its_interval():
    done: list[str] = []

    async def often() -> None:
        done.append("often")

    async def seldom() -> None:
        done.append("seldom")

    await kept_for(0.25, Chore("often", 0.1, often), Chore("seldom", 60, seldom))

    assert done.count("seldom") == 1
    assert done.count("often") >= 2


async def test_a_chore_that_hangs_or_fails_holds_up_no_other():
    done: list[str] = []

    async def hangs() -> None:
        await asyncio.sleep(60)

    async def fails() -> None:
        raise Unavailable("Redis does not answer")

    async def breaks() -> None:
        raise ValueError("a fault of ours")

    async def works() -> None:
        done.append("works")

    logged = await kept_for(
        0.25,
        Chore("hangs", 1, hangs),
        Chore("fails", 0.1, fails),
        Chore("breaks", 1, breaks),
        Chore("works", 0.1, works),
    )

    assert done.count("works") >= 2
    assert [line["event"] for line in logged if line["chore"] == "fails"][:2] == ["chore not done"] * 2
    assert [line["log_level"] for line in logged if line["chore"] == "breaks"] == ["error"]
