"""Connections to the HTTP door that have said nothing yet: only so many of them at once.

aiohttp gives each its time (`keepalive_timeout` counts for the first request, too), and no number.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

_MOST_SILENT = 500


class Guests:
    """Makes a server's protocols. Where too many are silent, the one that has been so for longest makes room: Slack's
    requests come at once.
    """

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._silent: dict[RequestHandler, None] = {}  # in their order; one that went by itself stays until it is old

    def __call__(self) -> RequestHandler:
        """Of a new connection."""
        guest = self._server()
        self._silent[guest] = None
        if len(self._silent) > _MOST_SILENT:
            oldest = next(iter(self._silent))
            self.heard(oldest)
            oldest.force_close()
        return guest

    def heard(self, guest: RequestHandler) -> None:
        """It has sent the head of a request."""
        self._silent.pop(guest, None)
