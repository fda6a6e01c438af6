"""Calls of Slack's Web API: each with a time limit and within the channel's budget, errors as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import CdebugError, Misconfigured, Unavailable

_CALL_S = 40
_NOT_THERE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "user_not_in_channel"})
_BAD_TOKEN = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})


class NotInvited(CdebugError):
    """The bot isn't in the channel, so it can't post there."""


class InvalidBlocks(Unavailable):
    """Slack doesn't take the blocks of a message. unknown: because it doesn't know one of them."""

    unknown = False


class Pace(Protocol):
    """How long to wait before the next message of a channel."""

    async def reserve(self, channel: str) -> float: ...
    async def free(self, channel: str) -> bool: ...


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """One client on one kept session, which waits out rate limits and tries server errors again."""
    handlers = [
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
        AsyncRateLimitErrorRetryHandler(max_retry_count=5),
        AsyncServerErrorRetryHandler(max_retry_count=3),
    ]
    base = base_url or AsyncWebClient.BASE_URL
    return AsyncWebClient(token=token, base_url=base, session=session, retry_handlers=handlers, timeout=_CALL_S)


async def call(what: str, ask: Callable[[], Awaitable[Any]]) -> Any:
    """The answer's body. Raises NotInvited, Misconfigured or Unavailable."""
    try:
        async with asyncio.timeout(_CALL_S):
            answer = await ask()
    except SlackApiError as error:
        raise _translated(what, error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"can't {what}", why="Slack does not answer", hint="Try again in a minute.") from error
    return answer.data


def _translated(what: str, error: SlackApiError) -> CdebugError:
    body = getattr(error.response, "data", None)
    status = getattr(error.response, "status_code", getattr(error.response, "status", "unknown"))
    said = str(body.get("error") if isinstance(body, dict) else f"status {status}")
    if said in _NOT_THERE:
        return NotInvited(
            "I am not in this channel", hint="Invite me with `/invite @cdebug`, then send the command again."
        )
    if said in _BAD_TOKEN:
        return Misconfigured(f"can't {what}", why=f"Slack refuses the token: {said}", hint="Check SLACK_BOT_TOKEN.")
    if said == "invalid_blocks":
        refused = InvalidBlocks(f"can't {what}", why=f"Slack says {said}", hint="The bot's log has the details.")
        refused.unknown = "unsupported type" in str(body)
        return refused
    return Unavailable(f"can't {what}", why=f"Slack says {said}", hint="The bot's log has the details.")
