"""What is live: one task a run, found by its thread, stopped by a person or by the bot's own end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from bot.core.request import Place
from bot.core.view import State

_TELL_S = 3.0


@dataclass
class Run:
    """A run and, once somebody or something cancelled it, how it ended and why."""

    place: Place
    task: asyncio.Task[Any]
    state: State = "stopped"
    why: str = ""
    by: str = ""

    @property
    def in_a_hurry(self) -> bool:
        """It is the bot itself that ends: only the outcome is still told."""
        return self.state == "interrupted"


class Runs:
    """A group of tasks. Work that is under way when the group is left has `grace_s` to end by itself."""

    def __init__(self, log: Any, grace_s: float = 2.0) -> None:
        self._log, self._grace_s = log, grace_s
        self._ending = False
        self._live: dict[int, Run] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Runs:
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._drain()
        await self._group.__aexit__(kind, error, trace)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that nobody waits for. What it raises is logged, and stays its own.

        While the bot ends nothing is started: it stays in the inbox, for whoever comes next.
        """
        if self._ending:
            work.close()
            return
        task = self._group.create_task(self._contained(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _contained(self, work: Coroutine[Any, Any, None]) -> None:
        """In a shared group one failure would cancel its neighbours, and end the bot."""
        try:
            await work
        except Exception:
            self._log.exception("work failed")

    @contextmanager
    def live(self, place: Place) -> Iterator[Run]:
        """The current task is this place's run for as long as the block lasts."""
        task = asyncio.current_task()
        assert task is not None
        run = Run(place, task)
        self._live[id(run)] = run
        try:
            yield run
        finally:
            del self._live[id(run)]

    def stop(self, place: Place, by: str) -> int:
        """Stop the runs of a thread; returns how many there were."""
        found = [run for run in self._live.values() if _same_thread(run.place, place)]
        for run in found:
            run.by = by
            run.task.cancel()
        return len(found)

    async def _drain(self) -> None:
        """Let what is short end; interrupt the rest. Every run bounds what it still does when it is cancelled."""
        self._ending = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._grace_s)
        for run in self._live.values():
            if not run.by:
                run.state, run.why = "interrupted", "the bot was stopped"
        for _ in range(2):  # the second time for what was telling the outcome of a run that ended before
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_TELL_S)


def _same_thread(one: Place, other: Place) -> bool:
    return (one.channel, one.thread) == (other.channel, other.thread)
