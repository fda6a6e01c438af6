"""Several things at once, in structure: what fails is raised as itself, and nothing outlives the block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.core.errors import NotFound

T = TypeVar("T")
AT_ONCE = 16


_LARGE = 4 * 1024
# Few: they take the interpreter from the loop, and more of them do no more.
_TEXT = ThreadPoolExecutor(2, thread_name_prefix="text")


async def aside(size: int, work: Callable[[], T]) -> T:
    """Work on text in this task where it is short, and in a worker thread where it would make others wait.

    Either way somebody else gets a turn: a stream that is always ready would otherwise leave them none.
    """
    if size > _LARGE:
        return await asyncio.get_running_loop().run_in_executor(_TEXT, work)
    await asyncio.sleep(0)
    return work()


@asynccontextmanager
async def unwrapped() -> AsyncIterator[None]:
    """A task group's failure as the first error in it."""
    try:
        yield
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Wait for all. Raises what the first that failed raised; the others are cancelled then."""
    async with unwrapped(), asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, T]) -> AsyncIterator[Awaitable[T | Exception]]:
    """Run `work` beside the block, which awaits its answer, or its error as a value, when it needs it."""
    async with unwrapped(), asyncio.TaskGroup() as group:
        task = group.create_task(_caught(work))
        try:
            yield task
        finally:
            task.cancel()


async def _caught(work: Coroutine[Any, Any, T]) -> T | Exception:
    try:
        return await work
    except Exception as error:
        return error


async def gather(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The answers in order, sixteen calls under way at a time; what is gone by now is left out.

    Raises the first error other than NotFound; the other calls are cancelled then.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(call: Awaitable[T]) -> T | None:
        async with gate:
            try:
                return await call
            except NotFound:
                return None

    async with unwrapped(), asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(call)) for call in calls]
    return [answer for task in tasks if (answer := task.result()) is not None]


async def to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Wait for it, however often this task is cancelled meanwhile; the cancellation is raised once it is done.

    work: bounds its own time.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
    task.result()
