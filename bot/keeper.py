"""What has to be done again and again: a list of chores, each with its own interval."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.errors import CdebugError

_LONGEST_S = 300.0


@dataclass(frozen=True)
class Chore:
    """Work that is due at the start, and then `every_s` seconds after it was done last."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[None]]


async def keep(chores: Sequence[Chore], log: Any) -> None:
    """Do all of them, each beside the others, until cancelled. One that fails is logged, and tried again when it is
    due; it holds up no other.
    """
    async with asyncio.TaskGroup() as group:
        for chore in chores:
            group.create_task(_repeat(chore, log), name=chore.name)


async def _repeat(chore: Chore, log: Any) -> None:
    while True:
        try:
            async with asyncio.timeout(_LONGEST_S):
                await chore.work()
        except (CdebugError, TimeoutError) as error:
            log.warning("chore not done", chore=chore.name, why=str(error) or "it took too long")
        except Exception:
            log.exception("chore failed", chore=chore.name)
        await asyncio.sleep(chore.every_s)
