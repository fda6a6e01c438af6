"""Socket Mode: connections of an app, envelopes to any of them, acknowledgements back.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import time
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
ACK_S = 3.0
_TICKET_S = 30.0
_MOST = 10


class Sockets:
    """Up to ten connections share an app; any of them may get any payload."""

    def __init__(self) -> None:
        self._tickets: dict[str, float] = {}
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = itertools.count()
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._hanging = asyncio.Event()

    def ticket(self) -> str:
        """Allows one connection within half a minute."""
        ticket = secrets.token_hex(8)
        self._tickets[ticket] = time.monotonic()
        return ticket

    @property
    def connected(self) -> int:
        return len(self._connections)

    async def hang(self) -> None:
        """Never answer; ends with the server."""
        await self._hanging.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /link/?ticket=…"""
        made = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if time.monotonic() - made > _TICKET_S or len(self._connections) >= _MOST:
            return web.Response(status=403)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        hello = {
            "type": "hello",
            "num_connections": len(self._connections) + 1,
            "connection_info": {"app_id": "A0CDEBUG"},
        }
        await socket.send_str(json.dumps(hello))
        self._connections.append(socket)
        self._arrived.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            if socket in self._connections:
                self._connections.remove(socket)
        return socket

    def _acknowledged(self, answer: Json) -> None:
        waiting = self._waiting.pop(answer.get("envelope_id", ""), None)
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def send(self, kind: str, payload: Json, retry: int = 0) -> Json | None:
        """Deliver to one of the connections; None where nobody acknowledged within 3 s."""
        await self._reconnected()
        if not self._connections:
            return None
        envelope: Json = {
            "envelope_id": secrets.token_hex(8), "type": kind, "payload": payload,
            "accepts_response_payload": kind != "events_api", "retry_attempt": retry, "retry_reason": "",
        }  # fmt: skip
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        socket = self._connections[next(self._turn) % len(self._connections)]
        try:
            await socket.send_str(json.dumps(envelope))
            return await asyncio.wait_for(waiting, ACK_S)
        except (TimeoutError, ConnectionError):
            return None
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def drop(self) -> None:
        """Lose every connection, as a network does."""
        for socket in list(self._connections):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    async def ask_to_reconnect(self) -> None:
        """What Slack sends before it refreshes a connection; nothing is delivered to it from then on."""
        retired, self._connections = self._connections, []
        self._arrived.clear()
        for socket in retired:
            await socket.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    async def _reconnected(self) -> None:
        """Wait for the connection that a refresh asked for."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), ACK_S)
