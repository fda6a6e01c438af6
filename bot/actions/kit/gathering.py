"""Asking an engine about many things at once, without asking it about all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from bot.core.errors import CdebugError, NotFound

T = TypeVar("T")
AT_ONCE = 16


async def gather(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The answers in order, sixteen calls under way at a time; what is gone by now is left out.

    Raises the first CdebugError other than NotFound; the other calls are cancelled then.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(call: Awaitable[T]) -> T | None:
        async with gate:
            try:
                return await call
            except NotFound:
                return None

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(call)) for call in calls]
    except* CdebugError as several:
        raise several.exceptions[0] from several
    return [answer for task in tasks if (answer := task.result()) is not None]
