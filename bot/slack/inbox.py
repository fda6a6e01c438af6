"""What Slack delivers: recorded once, acknowledged, handed over. In this order, and nothing slow before the second.

bolt verifies the signature; then our middleware answers, before bolt asks whose token to use (there is one)
and looks for a listener (in its default mode it would look for the acknowledgement every 10 ms). Work never
runs inside bolt: it would not hold the task, nor wait for it when the bot stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.acts import TypedCommand
from bot.core.errors import CdebugError, Unavailable
from bot.core.ports.chat import Chat
from bot.core.request import Request
from bot.pipeline import Pipeline
from bot.runs import Runs
from bot.slack.requests import from_payload

BOLT_LOG = logging.getLogger("bot.slack.bolt")
BOLT_LOG.setLevel(logging.ERROR)  # it warns of settings that it finds in the environment and doesn't use
_CROWD_S, _BREATH_S = 0.2, 0.01
_REMEMBERED = 1_000


Next = Callable[[], Awaitable[BoltResponse]]


class InboxWriter(Protocol):
    """The inbox's store."""

    async def record(self, request: Request) -> bool: ...
    async def done(self, request: Request) -> None: ...


class Quiet:
    """Work waits for a moment in which nothing waits for its acknowledgement: a crowd is acknowledged first."""

    def __init__(self) -> None:
        self._waiting = 0
        self._crowd_at = 0.0
        self._nobody = asyncio.Event()
        self._nobody.set()

    def enter(self) -> None:
        self._waiting += 1
        self._nobody.clear()
        if self._waiting > 1:
            self._crowd_at = time.monotonic()

    def leave(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._nobody.set()

    async def wait(self) -> None:
        """At most a fifth of a second: a crowd that doesn't end must not stop all work."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CROWD_S):
                await self._nobody.wait()
                while (breath := self._crowd_at + _BREATH_S - time.monotonic()) > 0:  # its last ones are on their way
                    await asyncio.sleep(breath)
                    await self._nobody.wait()


class Listeners:
    """One listener for all that Slack sends, on Socket Mode and HTTP alike."""

    def __init__(
        self,
        pipeline: Pipeline,
        record: InboxWriter,
        runs: Runs,
        chat: Chat,
        new_id: Callable[[], str],
        now: Callable[[], float],
        identity: Mapping[str, str],
        log: Any,
    ) -> None:
        self._pipeline, self._record, self._runs, self._chat = pipeline, record, runs, chat
        self._new_id, self._now, self._identity, self._log = new_id, now, identity, log
        self._quiet = Quiet()
        self._refused: deque[str] = deque(maxlen=_REMEMBERED)
        self.open = True

    def bolt(self, client: AsyncWebClient, signing_secret: str) -> AsyncApp:
        """A bolt app that sends everything here. The token was checked at start, so it isn't asked again."""
        known = AuthorizeResult(
            enterprise_id=None,
            team_id=self._identity["team_id"],
            bot_token=client.token,
            bot_id=self._identity.get("bot_id"),
            bot_user_id=self._identity["user_id"],
        )

        async def authorize(**_: Any) -> AuthorizeResult:
            return known

        return AsyncApp(
            client=client,
            signing_secret=signing_secret or "socket-mode-needs-none",
            authorize=authorize,
            ignoring_self_events_enabled=False,
            before_authorize=self.take,
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            request_verification_enabled=bool(signing_secret),
            logger=BOLT_LOG,
        )

    async def take(self, body: dict[str, Any], next_: Next) -> BoltResponse:
        """Record, acknowledge, hand over. `next_` is bolt's own answer, which only Slack's first greeting needs."""
        if body.get("type") == "url_verification":
            return await next_()
        if not self.open:  # no acknowledgement: Slack delivers it again, to a replica that stays
            return BoltResponse(status=503)
        self._quiet.enter()
        try:
            return await self._take(body)
        finally:
            self._quiet.leave()

    async def _take(self, body: dict[str, Any]) -> BoltResponse:
        request = from_payload(body, self._identity["user_id"], self._new_id(), self._now())
        if request is None:
            return BoltResponse(status=200)
        try:
            fresh = await self._record.record(request)
        except Unavailable as error:
            return self._refuse(request, error)
        if fresh:
            self._runs.spawn(self.work(request))
        return BoltResponse(status=200)

    async def work(self, request: Request) -> None:
        """Through the pipeline; what it is done with is done, also where it ended badly."""
        await self._quiet.wait()
        await self._pipeline.take(request)
        await self.finished(request)

    async def finished(self, request: Request) -> None:
        """Forget a request. Redis away: the request is acted on again later, which reading survives."""
        try:
            await self._record.done(request)
        except Unavailable as error:
            self._log.warning("not marked as done", id=request.id, why=str(error))

    def _refuse(self, request: Request, error: Unavailable) -> BoltResponse:
        self._log.error("inbox can't be written", id=request.id, why=str(error))
        if request.response_url and isinstance(request.act, TypedCommand):
            return BoltResponse(status=200, body=str(error))
        if request.dedup not in self._refused:  # one mention arrives as two events
            self._refused.append(request.dedup)
            self._runs.spawn(self._apologise(request, error))
        return BoltResponse(status=200)

    async def _apologise(self, request: Request, error: Unavailable) -> None:
        try:
            await self._chat.whisper(request, str(error))
        except CdebugError as failed:
            self._log.warning("nobody could be told", id=request.id, why=str(failed))
