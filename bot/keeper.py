"""Time: this replica's sign of life, work that dead replicas left, requests that expire, the audit's anchors."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Protocol

from bot.core.errors import CdebugError, Unavailable
from bot.core.ports.state import Letter
from bot.core.request import Place, Request
from bot.pipeline import Pipeline
from bot.runs import Runs

_EVERY_S = 3.0
_RECHECK_ROUNDS = 3
_ANCHOR_ROUNDS = 1_200  # an hour


class Orphanage(Protocol):
    """The inbox, as the keeper sees it."""

    async def renew(self) -> bool: ...
    def orphans(self) -> AsyncIterator[tuple[Request, Place | None]]: ...


class Mail(Protocol):
    """This replica's mailbox."""

    def letters(self) -> AsyncIterator[Letter]: ...


class Keeper:
    """Loops that end when they are cancelled. Redis away: they try again at the next round."""

    def __init__(
        self,
        inbox: Orphanage,
        mail: Mail,
        pipeline: Pipeline,
        runs: Runs,
        finished: Callable[[Request], Awaitable[None]],
        anchor: Callable[[], Coroutine[Any, Any, None]],
        now: Callable[[], float],
        log: Any,
    ) -> None:
        self._inbox, self._mail, self._pipeline, self._runs = inbox, mail, pipeline, runs
        self._finished, self._anchor, self._now, self._log = finished, anchor, now, log

    async def keep(self) -> None:
        """Until cancelled."""
        for number in itertools.count(1):
            await self.round()
            self._runs.spawn(self._expire())
            if number % _RECHECK_ROUNDS == 0:
                self._runs.spawn(self._runs.recheck())
            if number % _ANCHOR_ROUNDS == 1:  # at the start, too: what was cut off meanwhile is said
                self._runs.spawn(self._anchor())
            await asyncio.sleep(_EVERY_S)

    async def deliver(self) -> None:
        """Hand out this replica's mail, until cancelled."""
        async for letter in self._mail.letters():
            self._runs.deliver(letter)

    async def round(self) -> None:
        """Once."""
        try:
            if not await self._inbox.renew():
                self._log.error("this replica was silent for too long: others have taken over what it ran")
                self._runs.give_up("another replica took over")
            async for request, place in self._inbox.orphans():
                self._log.warning("taken over", id=request.id, verb=request.text.partition(" ")[0])
                self._runs.spawn(self._recover(request, place))
        except Unavailable as error:
            self._log.warning("redis does not answer", why=str(error))

    async def _expire(self) -> None:
        """Beside the round, which must not wait for Slack: its sign of life has ten seconds."""
        try:
            await self._pipeline.expire(self._now())
        except CdebugError as error:
            self._log.warning("not everything that is due has expired", why=str(error))

    async def _recover(self, request: Request, place: Place | None) -> None:
        await self._pipeline.recover(request, place)
        await self._finished(request)
