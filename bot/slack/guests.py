"""Connections to the HTTP door: each has seconds to say what it wants, and so many may say nothing at once."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

_HEAD_S = 5.0
_MOST_SILENT = 500


class Guests:
    """Makes a server's protocols. Without it one that never ends its headers would be kept for good: aiohttp has a
    time for what comes after a request, and none for the first.
    """

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._silent: dict[RequestHandler, asyncio.TimerHandle] = {}

    def __call__(self) -> RequestHandler:
        """Of a new connection; where too many are silent, the one that has been so for longest makes room."""
        guest = self._server()
        self._silent[guest] = asyncio.get_running_loop().call_later(_HEAD_S, self._turn_away, guest)
        if len(self._silent) > _MOST_SILENT:
            self._turn_away(next(iter(self._silent)))
        return guest

    def heard(self, guest: RequestHandler) -> None:
        """It has sent a request."""
        if timer := self._silent.pop(guest, None):
            timer.cancel()

    def _turn_away(self, guest: RequestHandler) -> None:
        self.heard(guest)
        guest.force_close()
