"""A server that answers whatever it is asked with the same words, in the place of an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

VERSION = {"Version": "29.1", "ApiVersion": "1.41", "gitVersion": "v1.34.1", "minor": "34"}


@asynccontextmanager
async def answering(body: bytes) -> AsyncIterator[str]:
    """Its address. Only its version is told as an engine tells it."""

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("/version"):
            return web.json_response(VERSION)
        return web.Response(body=body, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def drained(answer: Any) -> None:
    """Take all that an engine says: an answer, a stream, or what runs in a block."""
    if hasattr(answer, "__aiter__"):
        async for _ in answer:
            pass
    elif hasattr(answer, "__aenter__"):
        async with answer as process:
            await drained(process.output())
    else:
        await answer
