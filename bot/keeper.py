"""Time: this replica's sign of life, and the work that dead replicas left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from bot.core.errors import Unavailable
from bot.core.request import Place, Request
from bot.pipeline import Pipeline
from bot.runs import Runs

_EVERY_S = 3.0


class Orphanage(Protocol):
    """The inbox, as the keeper sees it."""

    async def renew(self) -> None: ...
    def orphans(self) -> AsyncIterator[tuple[Request, Place | None]]: ...


class Keeper:
    """A loop that ends when it is cancelled. Redis away: it tries again at the next round."""

    def __init__(
        self,
        inbox: Orphanage,
        pipeline: Pipeline,
        runs: Runs,
        finished: Callable[[Request], Awaitable[None]],
        log: Any,
    ) -> None:
        self._inbox, self._pipeline, self._runs, self._finished, self._log = inbox, pipeline, runs, finished, log

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await self.round()
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> None:
        """Once."""
        try:
            await self._inbox.renew()
            async for request, place in self._inbox.orphans():
                self._log.warning("taken over", id=request.id, verb=request.text.partition(" ")[0])
                self._runs.spawn(self._recover(request, place))
        except Unavailable as error:
            self._log.warning("redis does not answer", why=str(error))

    async def _recover(self, request: Request, place: Place | None) -> None:
        await self._pipeline.recover(request, place)
        await self._finished(request)
