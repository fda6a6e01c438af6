"""Uploading a file into a thread, in the three steps that Slack asks for.

Source: https://docs.slack.dev/messaging/working-with-files#upload
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import Unavailable
from bot.core.request import Place
from bot.slack.calls import call

_UPLOAD_S = 120
_PIECE = 64 * 1024


async def upload(client: AsyncWebClient, place: Place, name: str, data: bytes, title: str) -> None:
    """Raises Unavailable where a step fails; nothing is shared then."""
    what = f"upload {name}"
    where = await call(what, lambda: client.files_getUploadURLExternal(filename=name, length=len(data)))
    await _send(client, where["upload_url"], name, data)
    await call(
        what,
        lambda: client.files_completeUploadExternal(
            files=[{"id": where["file_id"], "title": title[:250]}],
            channel_id=place.channel,
            thread_ts=place.thread,
        ),
    )


async def _send(client: AsyncWebClient, url: str, name: str, data: bytes) -> None:
    session = client.session
    assert session is not None
    timeout = aiohttp.ClientTimeout(total=_UPLOAD_S)
    size = {"Content-Length": str(len(data))}
    try:
        async with session.post(url, data=_pieces(data), headers=size, timeout=timeout) as answer:
            if answer.status != 200:
                raise Unavailable(
                    f"can't upload {name}", why=f"Slack answers {answer.status}", hint="Press Save again."
                )
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(f"can't upload {name}", why="Slack does not answer", hint="Press Save again.") from error


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    """Written at once, megabytes would keep the loop from everybody."""
    for at in range(0, len(data), _PIECE):
        yield data[at : at + _PIECE]
        await asyncio.sleep(0)
