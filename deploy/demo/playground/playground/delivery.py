"""From what a person does to what the app receives: payloads, signed or enveloped, and tried again.

Source: https://docs.slack.dev/apis/events-api (retries), …/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from playground.faults import Faults
from playground.sockets import ACK_S, Sockets

Json = dict[str, Any]
_RETRIES_S = (0.0, 1.0, 2.0)  # Slack waits 0, 1 and 5 minutes


class Delivery:
    """To the request URL where there is one, else to the sockets. Only events are tried again."""

    def __init__(self, sockets: Sockets, faults: Faults, request_url: str, signing_secret: str) -> None:
        self._sockets, self._faults, self._url, self._secret = sockets, faults, request_url, signing_secret
        self.last: tuple[str, Json] | None = None

    async def deliver(self, kind: str, payload: Json) -> Json | None:
        """kind: slash_commands, events_api or interactive. Returns the acknowledgement's body, None for none."""
        self.last = (kind, payload)
        answer = await self._once(kind, payload, 0)
        if self._faults.redeliver:
            await self._once(kind, payload, 1)
        for number, wait in enumerate(_RETRIES_S if kind == "events_api" else (), 1):
            if answer is not None:
                break
            await asyncio.sleep(wait)
            answer = await self._once(kind, payload, number)
        return answer

    async def again(self) -> Json | None:
        """The last payload once more, as it was."""
        return await self._once(*self.last, 1) if self.last else None

    async def _once(self, kind: str, payload: Json, retry: int) -> Json | None:
        if not self._url:
            return await self._sockets.send(kind, payload, retry)
        return await self._post(kind, payload, retry)

    async def _post(self, kind: str, payload: Json, retry: int) -> Json | None:
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(fields), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, **self.signature(body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        timeout = aiohttp.ClientTimeout(total=ACK_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=body.encode(), headers=headers) as answer,
            ):
                text = await answer.text()
                if answer.status != 200:
                    return None
        except (aiohttp.ClientError, TimeoutError):
            return None
        return _body(text)

    def signature(self, body: str, at: int | None = None) -> dict[str, str]:
        """Slack's headers for a body, made now or at another time."""
        moment = int(time.time()) if at is None else at
        digest = hmac.new(self._secret.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": str(moment), "X-Slack-Signature": f"v0={digest}"}


def _body(text: str) -> Json:
    try:
        known = json.loads(text) if text else {}
    except ValueError:
        return {"text": text}
    return known if isinstance(known, dict) else {}
