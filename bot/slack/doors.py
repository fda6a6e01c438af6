"""The two ways in: Socket Mode, and signed HTTP. Both lead to the same bolt app."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.websockets import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import Misconfigured
from bot.slack.calls import call
from bot.slack.guests import Guests
from bot.slack.inbox import BOLT_LOG

PATH = "/slack/events"
_PING_S = 3.0
_RETRY_S = 2.0
_LARGEST, _LONGEST_HEADER = 1 << 20, 2_048
_BODY_S, _IDLE_S, _MOST_BODIES, _MOST_BYTES = 3.0, 15.0, 200, 32 << 20
_REFUSED = frozenset({"invalid_auth", "not_allowed_token_type", "account_inactive", "token_revoked"})


def _closing(status: int) -> web.Response:
    """An answer after which the connection is of no more use."""
    answer = web.Response(status=status)
    answer.force_close()
    return answer


class Door(Protocol):
    """Open until it is closed; acknowledgements under way are sent first."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    def connected(self) -> bool: ...


async def identity(client: AsyncWebClient) -> dict[str, str]:
    """Who the token is: team_id, user_id, bot_id. Raises Misconfigured or Unavailable."""
    known: dict[str, str] = await call("sign in to Slack", client.auth_test)
    return known


class SocketDoor:
    """A WebSocket to Slack. A lost one is opened anew within seconds."""

    def __init__(self, app: AsyncApp, app_token: str, log: Any) -> None:
        self._app, self._token, self._log = app, app_token, log
        self._handler: AsyncSocketModeHandler | None = None
        self._under_way = 0

    async def open(self) -> None:
        """Raises Misconfigured for a token that Slack refuses; tries again for anything else."""
        handler = AsyncSocketModeHandler(self._app, self._token, logger=BOLT_LOG, ping_interval=_PING_S)
        handler.client.socket_mode_request_listeners[:] = [self._handle]
        self._handler = handler
        while True:
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
                return
            except SlackApiError as error:
                said = error.response.get("error", "")
                if said in _REFUSED:
                    raise Misconfigured("SLACK_APP_TOKEN", why=f"Slack refuses it: {said}") from error
                self._log.warning("slack does not connect", why=str(said))
            except Exception as error:
                handler.client.wss_uri = None  # it may have expired: ask for a fresh one
                self._log.warning("slack does not connect", why=str(error))
            await asyncio.sleep(_RETRY_S)

    async def _handle(self, client: Any, request: Any) -> None:
        assert self._handler is not None
        self._under_way += 1
        try:
            await self._handler.handle(client, request)
        finally:
            self._under_way -= 1

    def connected(self) -> bool:
        session = self._handler.client.current_session if self._handler else None
        return session is not None and session.close_code is None

    async def close(self) -> None:
        if self._handler is None:
            return
        for _ in range(50):
            if not self._under_way:
                break
            await asyncio.sleep(0.02)
        client = self._handler.client
        client.closed, client.auto_reconnect_enabled = True, False
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self._handler.close_async()  # type: ignore[no-untyped-call]
        for task in (client.message_processor, client.message_receiver, client.current_session_monitor):
            if task:
                task.cancel()


class HttpDoor:
    """An HTTP server for Slack's signed requests.

    Rules of this class:
    - a head has a time and a number beside others, a body a size too; what is not sent in full is not waited for
    - nothing of it is read as anything before its signature was compared; one older than five minutes is none
    """

    def __init__(self, app: AsyncApp, port: int, signing_secret: str, log: Any) -> None:
        self._app, self._port, self._log = app, port, log
        self._verifier = SignatureVerifier(signing_secret)
        self._waiting: deque[tuple[asyncio.Timeout, int]] = deque()  # with the bytes that each may take
        self._runner: web.AppRunner | None = None
        self._guests: Guests | None = None
        self._listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Raises Misconfigured where the port is taken."""
        server = web.Application(client_max_size=_LARGEST, middlewares=[self._hearing()])
        server.router.add_post(PATH, self._handle)
        self._runner = web.AppRunner(
            server,
            access_log=None,
            shutdown_timeout=2,
            lingering_time=0,
            keepalive_timeout=_IDLE_S,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )
        await self._runner.setup()
        assert self._runner.server
        self._guests = Guests(self._runner.server)
        try:
            self._listener = await asyncio.get_running_loop().create_server(self._guests, "0.0.0.0", self._port)
        except OSError as error:
            raise Misconfigured(f"PORT {self._port} can't be listened on", why=error.strerror or "") from error

    def _hearing(self) -> Middleware:
        """Whoever has sent the head of a request, whatever it asks, is no silent guest any more."""

        @web.middleware
        async def heard(request: web.Request, handler: Handler) -> web.StreamResponse:
            assert self._guests
            self._guests.heard(request.protocol)
            return await handler(request)

        return heard

    async def _handle(self, request: web.Request) -> web.Response:
        if request.headers.get("Content-Encoding"):  # Slack packs nothing, and nothing is unpacked before it is signed
            return _closing(415)
        try:
            async with asyncio.timeout(_BODY_S) as time:
                waiting = (time, request.content_length or _LARGEST)
                self._make_room_for(waiting)
                try:
                    body = await request.read()
                finally:
                    with contextlib.suppress(ValueError):  # it had to make room
                        self._waiting.remove(waiting)
        except TimeoutError:
            return _closing(408)
        except ConnectionError:  # whoever sent it is gone
            return _closing(400)
        except web.HTTPRequestEntityTooLarge:
            return _closing(413)
        if not self._is_signed(body, request):
            return _closing(401)
        try:
            return await to_aiohttp_response(await self._app.async_dispatch(await to_bolt_request(request)))
        except (ValueError, RecursionError, AttributeError, TypeError):  # signed, and yet no payload
            return _closing(400)

    def _make_room_for(self, waiting: tuple[asyncio.Timeout, int]) -> None:
        """So many bodies, and bytes of them, may be on their way; the oldest makes room. Slack's come at once."""
        self._waiting.append(waiting)
        while len(self._waiting) > _MOST_BODIES or sum(size for _, size in self._waiting) > _MOST_BYTES:
            time, _ = self._waiting.popleft()
            with contextlib.suppress(RuntimeError):  # its own time is over, and it is about to go
                time.reschedule(asyncio.get_running_loop().time())

    def _is_signed(self, body: bytes, request: web.Request) -> bool:
        at = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        try:
            return at.isascii() and at.isdecimal() and self._verifier.is_valid(body, at, signature)
        except (ValueError, TypeError):  # no UTF-8, or a signature that is none
            return False

    def connected(self) -> bool:
        return self._runner is not None

    async def close(self) -> None:
        if self._listener:
            self._listener.close()
        if self._runner:
            await self._runner.cleanup()
