"""What is live: one task a run, found by its thread, stopped by a person or by the bot's own end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from bot.core.bench import Typed
from bot.core.errors import CdebugError, Denied
from bot.core.ports.state import Letter
from bot.core.request import Place
from bot.core.units import show_duration
from bot.core.view import State

_TELL_S = 3.0
_HANGING_S = 2.0
_MOST_LINES = 100


@dataclass
class Run:
    """A run and, once somebody or something cancelled it, how it ended and why.

    lacks_program: it failed because the container, or its engine, has not what it takes.
    """

    place: Place
    task: asyncio.Task[Any]
    id: str
    state: State = "stopped"
    why: str = ""
    by: str = ""
    lacks_program: bool = False
    still: Callable[[], Awaitable[bool]] | None = None
    lines: asyncio.Queue[Typed] = field(default_factory=lambda: asyncio.Queue(_MOST_LINES))
    _plugged: asyncio.Event = field(default_factory=asyncio.Event)
    _take: Callable[[Typed], Awaitable[None]] | None = None
    _hang_up: Callable[[], Awaitable[None]] | None = None

    def plug(self, take: Callable[[Typed], Awaitable[None]], hang_up: Callable[[], Awaitable[None]]) -> None:
        self._take, self._hang_up = take, hang_up
        self._plugged.set()

    async def pump(self, idle_s: float) -> None:
        """Hand typed lines to the program, until nobody has typed for `idle_s` seconds."""
        await self._plugged.wait()
        assert self._take is not None
        assert self._hang_up is not None
        while True:
            try:
                async with asyncio.timeout(idle_s):
                    line = await self.lines.get()
            except TimeoutError:
                await self._hang_up()
                await asyncio.sleep(_HANGING_S)  # a shell ends by itself; what runs in it may not
                self.why = f"nobody typed for {show_duration(idle_s)}"
                self.task.cancel()
                return
            await self._take(line)

    @property
    def in_a_hurry(self) -> bool:
        """It is the bot itself that ends: only the outcome is still told."""
        return self.state == "interrupted"


class Runs:
    """A group of tasks. Work that is under way when the group is left has `grace_s` to end by itself."""

    def __init__(self, log: Any, grace_s: float = 2.0) -> None:
        self._log, self._grace_s = log, grace_s
        self._ending = False
        self._live: dict[str, Run] = {}
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
    def live(self, place: Place, run_id: str) -> Iterator[Run]:
        """The current task is this place's run for as long as the block lasts."""
        task = asyncio.current_task()
        assert task is not None
        run = Run(place, task, run_id)
        self._live[run_id] = run
        try:
            yield run
        finally:
            del self._live[run_id]

    def stop(self, place: Place, by: str) -> list[str]:
        """Stop this replica's runs of a thread; returns which they were."""
        found = [run for run in self._live.values() if _same_thread(run.place, place)]
        for run in found:
            run.by = by
            run.task.cancel()
        return [run.id for run in found]

    def deliver(self, letter: Letter) -> None:
        """Mail that came for a run of this replica; for one that has ended it is too late."""
        run = self._live.get(letter.run)
        if run is None:
            return
        if letter.kind == "stop":
            run.by = letter.by
            run.task.cancel()
            return
        try:
            run.lines.put_nowait(Typed(letter.text, interrupt=letter.kind == "interrupt"))
        except asyncio.QueueFull:
            self._log.warning("a line was dropped: the shell does not read", run=letter.run)

    async def recheck(self) -> None:
        """End what its person might not begin any more."""
        for run in list(self._live.values()):
            if run.still is None or run.by:
                continue
            try:
                allowed = await run.still()
            except Denied:  # what can't be known any more is a denial
                allowed = False
            except CdebugError as error:
                self._log.warning("could not be checked again", run=run.id, why=str(error))
                continue
            if not allowed and run.id in self._live:
                run.why, run.by = "the person who started it may no longer do this", "policy"
                run.task.cancel()

    def give_up(self, why: str) -> None:
        """Interrupt everything: it isn't this replica's any more."""
        for run in self._live.values():
            run.state, run.why = "interrupted", why
            run.task.cancel()

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
