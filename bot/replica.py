"""This replica among the others: its sign of life, its mail, and the work that dead replicas left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from bot.core.ports.state import Letter
from bot.core.request import Place, Request
from bot.pipeline import Pipeline
from bot.runs import Runs


class SharedInbox(Protocol):
    """The inbox, as replicas share it."""

    async def renew(self) -> bool: ...
    def orphans(self) -> AsyncIterator[tuple[Request, Place | None]]: ...


class Mail(Protocol):
    """This replica's mailbox."""

    def letters(self) -> AsyncIterator[Letter]: ...


class Replica:
    """finished: marks a request as done."""

    def __init__(
        self,
        inbox: SharedInbox,
        mail: Mail,
        pipeline: Pipeline,
        runs: Runs,
        finished: Callable[[Request], Awaitable[None]],
        log: Any,
    ) -> None:
        self._inbox, self._mail, self._pipeline, self._runs = inbox, mail, pipeline, runs
        self._finished, self._log = finished, log

    async def show_life(self) -> None:
        """Say that this replica lives; one that was silent for too long gives up what it runs. Raises Unavailable."""
        if not await self._inbox.renew():
            self._log.error("this replica was silent for too long: others have taken over what it ran")
            self._runs.give_up("another replica took over")

    async def take_over(self) -> None:
        """Start the work of replicas that are gone. Raises Unavailable."""
        async for request, place in self._inbox.orphans():
            self._log.warning("taken over", id=request.id, act=request.act.word)
            self._runs.spawn(self._recover(request, place))

    async def deliver(self) -> None:
        """Hand out this replica's mail, until cancelled."""
        async for letter in self._mail.letters():
            self._runs.deliver(letter)

    async def _recover(self, request: Request, place: Place | None) -> None:
        await self._pipeline.recover(request, place)
        await self._finished(request)
