"""Somebody who can reach the bot's address, but isn't Slack."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import docker
import pytest

from playground.delivery import Delivery
from playground.faults import Faults
from playground.server import SIGNING_SECRET
from playground.sockets import Sockets
from tests.harness import (
    Bot,
    Conversation,
    Playground,
    Slack,
    asked,
    free_port,
    make,
    request_id,
    temporary_folder,
)

SLASH = {
    "command": "/cdebug", "text": "ps", "team_id": "T0PLAY", "user_id": "U0ANN", "channel_id": "C0INCIDENT",
    "trigger_id": "1.forged", "response_url": "",
}  # fmt: skip


class Door:
    """A bot on HTTP, its workspace, and a way to send it anything."""

    def __init__(self, url: str, incidents: Conversation, bot: Bot) -> None:
        self.url, self.incidents, self.bot = url, incidents, bot
        self._signer = Delivery(Sockets(), Faults(), url, SIGNING_SECRET)

    async def send(self, fields: dict[str, str], change: dict[str, str] | None = None, at: int | None = None) -> int:
        body = urlencode(fields)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            **self._signer.signature(body, at),
            **(change or {}),
        }
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return answer.status

    def signed(self, body: str) -> dict[str, str]:
        return self._signer.signature(body)

    async def nothing_happened(self) -> None:
        """A command after it is answered, and nothing else was."""
        await self.incidents.run("images")
        roots = [m["text"] for m in await self.incidents.messages() if not m["thread_ts"]]
        assert len(roots) == 1, roots


@pytest.fixture
async def door(engine: str) -> AsyncIterator[Door]:
    with temporary_folder() as folder:
        async for opened in _open(folder, engine):
            yield opened


async def _open(folder: Path, engine: str) -> AsyncIterator[Door]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/events"
    playground = Playground(folder, url)
    more = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": str(port)}
    bot = Bot(folder, playground.base, engine, **more).start()
    slack = Slack(playground.base)
    yield Door(url, Conversation(slack, "C0INCIDENT"), bot)
    await slack.close()
    await asyncio.to_thread(bot.end)
    playground.end()


async def test_only_what_slack_signed_lately_is_heard(door: Door):
    now = int(time.time())
    assert await door.send(SLASH, {"X-Slack-Signature": "v0=" + "0" * 64}) == 401
    assert await door.send(SLASH, {"X-Slack-Signature": ""}) == 401
    assert await door.send(SLASH, at=now - 301) == 401
    assert await door.send(SLASH, at=now + 301) == 401
    assert await door.send(SLASH, {"X-Slack-Request-Timestamp": str(now - 5)}, at=now) == 401
    await door.nothing_happened()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xfe", {}),
        (b"{bad", {"Content-Type": "application/json"}),
        (b"x=y", {"X-Slack-Request-Timestamp": "abc"}),
        (b"x=y", {"Content-Encoding": "gzip"}),
    ],
)
async def test_unsigned_junk_is_refused_without_a_trace(door: Door, body: bytes, headers: dict[str, str]):
    known = {"X-Slack-Signature": "v0=0", "X-Slack-Request-Timestamp": "1", **headers}
    async with aiohttp.ClientSession() as session, session.post(door.url, data=body, headers=known) as answer:
        assert answer.status in (400, 401, 415)
    assert "Traceback" not in door.bot.process.said()


async def test_the_neighbour_a_signed_command_is_heard_once_though_it_is_replayed(door: Door):
    assert [await door.send(SLASH) for _ in range(3)] == [200, 200, 200]
    await door.incidents.until(lambda all_: [m for m in all_ if m["text"].startswith("done: `ps`")], "the answer")
    await door.incidents.run("images")
    assert len([m for m in await door.incidents.messages() if "`ps`" in m["text"]]) == 1


async def test_slacks_greeting_of_a_new_address_is_answered(door: Door):
    body = json.dumps({"type": "url_verification", "challenge": "c0ffee", "token": "t"})
    headers = {"Content-Type": "application/json", **door.signed(body)}
    async with aiohttp.ClientSession() as session, session.post(door.url, data=body, headers=headers) as answer:
        assert answer.status == 200
        assert "c0ffee" in await answer.text()


async def test_signed_nonsense_is_survived(door: Door):
    for fields in ({"payload": "{"}, {"payload": json.dumps({"type": "block_actions"})}, {"x": "y"}, {}):
        await door.send(fields)
    await door.nothing_happened()


def press(request: str, user: str, message: str) -> dict[str, str]:
    """A signed press of an Approve button that stands in no message, with a value of one's own."""
    return {
        "payload": json.dumps({
            "type": "block_actions", "trigger_id": f"{time.time_ns()}.forged", "response_url": "",
            "user": {"id": user, "team_id": "T0PLAY"}, "team": {"id": "T0PLAY"}, "channel": {"id": "C0LISTED1"},
            "container": {"message_ts": message, "channel_id": "C0LISTED1", "thread_ts": message},
            "actions": [{"type": "button", "action_id": "approve", "value": request}],
        })
    }  # fmt: skip


async def test_a_forged_buttons_value_is_only_a_name(door: Door, containers: docker.APIClient):
    """Everything else is the server's own: who asked, for what, whether it still waits, who may answer."""
    make(containers, "forged", "sleep 3600", labels={"cdebug/protected": "true"})
    slack = door.incidents.slack
    await slack.post("/_/channels", id="C0LISTED1", name="l", members=["U0ANN", "U0BOB", "U0EVE", "U0CDEBUG"])
    here = Conversation(slack, "C0LISTED1")
    root, card = await asked(here, "exec forged --reason x -- echo reached")
    for user, value in (("U0ANN", request_id(root)), ("U0EVE", request_id(root)), ("U0BOB", "0" * 15), ("U0BOB", "")):
        assert await door.send(press(value, user, card["ts"])) == 200
    await here.run("ps")
    assert (await here.now(root))["text"].startswith("waiting for approval")

    again = press(request_id(root), "U0BOB", card["ts"])
    assert [await door.send(again) for _ in range(3)] == [200, 200, 200]  # and a replay is one press

    await here.ended(root, "done")
    await here.run("ps")
    assert len([m for m in await here.thread(root) if m["text"].startswith("```\nreached")]) == 1
