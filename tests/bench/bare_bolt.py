"""The peer: a slack-bolt AsyncApp in its default mode that acknowledges and does nothing else."""

from __future__ import annotations

import sys
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.server import SIGNING_SECRET


def main() -> None:
    port, api = int(sys.argv[1]), sys.argv[2]
    app = AsyncApp(client=AsyncWebClient("xoxb-playground", base_url=api), signing_secret=SIGNING_SECRET)

    async def only_acknowledge(ack: Any) -> None:
        await ack()

    app.command("/cdebug")(only_acknowledge)
    server: web.Application = app.web_app("/slack/events", port)
    web.run_app(server, host="127.0.0.1", port=port, print=lambda *_: print("listening", flush=True), access_log=None)


if __name__ == "__main__":
    main()
