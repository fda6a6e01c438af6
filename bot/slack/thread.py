"""The thread: posting, editing, uploading and whispering, at a pace that Slack accepts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.acts import TypedCommand
from bot.core.errors import CdebugError
from bot.core.output import Chart
from bot.core.request import Place, Request
from bot.core.said import Said
from bot.core.spelling import in_one_line, spell_out
from bot.core.view import Form, NoteView, Page, Status, View
from bot.core.window import Room
from bot.slack import blocks
from bot.slack.calls import InvalidBlocks, NotInvited, Pace, call
from bot.slack.charts import draw
from bot.slack.files import upload

_LOG = logging.getLogger(__name__)
_AROUND_S, _LISTED = 120.0, 200


class Threads:
    """The chat port on Slack. lines: how many lines of a result one message shows."""

    def __init__(self, client: AsyncWebClient, pace: Pace, edits: Pace, lines: int) -> None:
        self._client, self._pace, self._edits = client, pace, edits
        self.room: Room = blocks.room(lines)
        self._older = False

    async def open(self, request: Request, status: Status) -> Place:
        """The message that stands for a command: a root in the channel, or a line in the thread it was typed in."""
        ts = await self._send(request.channel, request.thread, status, signed=request.id)
        return Place(request.team, request.channel, request.thread or ts, ts)

    async def opened(self, request: Request) -> Place | None:
        """The message that `open` posted for a request before a crash; None where there is none, or Slack won't say.

        Found by its metadata, about the time of the request: https://docs.slack.dev/messaging/message-metadata
        """
        around: dict[str, Any] = {
            "oldest": str(request.at - _AROUND_S), "latest": str(request.at + _AROUND_S),
            "limit": _LISTED, "include_all_metadata": True,
        }  # fmt: skip
        try:
            if request.thread:
                ask = partial(self._client.conversations_replies, channel=request.channel, ts=request.thread, **around)
            else:
                ask = partial(self._client.conversations_history, channel=request.channel, **around)
            answer = await call("read the channel", ask)
        except CdebugError as error:
            _LOG.warning("can't look for the message of %s: %s", request.id, error)
            return None
        for message in answer["messages"]:
            if message.get("metadata") == _signature(request.id):
                return Place(request.team, request.channel, request.thread or message["ts"], message["ts"])
        return None

    async def settle(self, place: Place, status: Status, *, hurry: bool = False) -> None:
        """Edit that message; in a hurry without waiting for its turn."""
        if hurry:
            await self._update(place, place.root, status)
        else:
            await self.edit(place, place.root, status)

    async def post(self, place: Place, view: View, *, hurry: bool = False) -> str:
        """A message in the thread; returns its ts."""
        return await self._send(place.channel, place.thread, view, hurry=hurry)

    async def edit(self, place: Place, message: str, view: View) -> None:
        """Replace a message."""
        await asyncio.sleep(await self._edits.reserve(f"edit.{place.channel}"))
        await self._update(place, message, view)

    async def refresh(self, place: Place, message: str, view: View) -> bool:
        """Replace a message that will be replaced again, where that keeps nobody waiting; says whether it did."""
        if not await self._edits.free(f"edit.{place.channel}"):
            return False
        await self._update(place, message, view)
        return True

    async def _update(self, place: Place, message: str, view: View) -> None:
        await self._shown(
            "edit a message",
            blocks.render(view),
            lambda shown: self._client.chat_update(
                channel=place.channel, ts=message, text=shown.text, blocks=shown.blocks
            ),
        )

    async def _shown(self, what: str, message: blocks.Message, send: Callable[[blocks.Message], Awaitable[Any]]) -> Any:
        """Send a message; with older blocks where newer ones are refused, and from then on where they aren't known."""
        older = message.older
        if self._older or older == message:
            return await call(what, lambda: send(older))
        try:
            return await call(what, lambda: send(message))
        except InvalidBlocks as refused:
            answer = await call(what, lambda: send(older))
            self._older = refused.unknown
            return answer

    async def draw(self, place: Place, chart: Chart) -> None:
        """A chart as a picture."""
        png = await asyncio.to_thread(draw, chart)
        await self.upload(place, "chart.png", png, chart.title)

    async def upload(self, place: Place, name: str, data: bytes, title: str) -> None:
        """A file in the thread."""
        await asyncio.sleep(await self._pace.reserve(place.channel))
        await upload(self._client, place, in_one_line(name), data, in_one_line(title))

    async def whisper(self, request: Request, said: Said, *, private: bool = False) -> None:
        """For the asker alone; a command in a direct message, or in a thread where it isn't private, gets a reply."""
        shown = _whispered(said)
        in_thread = bool(request.thread) and not private
        in_public = isinstance(request.act, TypedCommand) and (in_thread or request.channel.startswith("D"))
        try:
            await call("answer", lambda: (self._reply if in_public else self._ephemeral)(request, shown))
        except CdebugError:
            if not request.response_url:
                raise
            await call("answer", lambda: self._respond(request, shown))

    async def show_modal(self, request: Request, modal: Form | Page) -> None:
        """Open a modal for the person who pressed; Slack allows that for three seconds."""
        if isinstance(modal, Form):
            where = {"channel": request.channel, "thread": request.thread, "message": request.message}
            view = blocks.form_modal(modal, where)
        else:
            view = blocks.page_modal(modal)
        what = f"open the {modal.title.lower()}"
        await call(what, lambda: self._client.views_open(trigger_id=request.trigger, view=view))
        if isinstance(modal, Page) and blocks.is_cut(modal):
            await self._hand_over(request, modal)

    async def _hand_over(self, request: Request, page: Page) -> None:
        """The whole of it, as a file for the reader alone: in the conversation that Slack opens between two."""
        note = f"{page.title}, whole: it is too long for the window that you opened."
        answer = await call("write to you", lambda: self._client.chat_postMessage(channel=request.user, text=note))
        alone = Place(request.team, str(answer["channel"]), str(answer["ts"]))
        await upload(self._client, alone, page.file, spell_out(page.text).encode(), page.title)

    async def _send(self, channel: str, thread: str, view: View, *, hurry: bool = False, signed: str = "") -> str:
        if not hurry:
            await asyncio.sleep(await self._pace.reserve(channel))
        answer = await self._shown(
            "post a message",
            blocks.render(view),
            lambda shown: self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                text=shown.text,
                blocks=shown.blocks,
                metadata=_signature(signed) if signed else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(answer["ts"])

    async def _reply(self, request: Request, shown: blocks.Message) -> Any:
        return await self._client.chat_postMessage(
            channel=request.channel,
            thread_ts=request.thread or None,
            text=shown.text,
            blocks=shown.blocks or None,
            unfurl_links=False,
        )

    async def _ephemeral(self, request: Request, shown: blocks.Message) -> Any:
        return await self._client.chat_postEphemeral(
            channel=request.channel,
            user=request.user,
            text=shown.text,
            blocks=shown.blocks or None,
            thread_ts=request.thread or None,
        )

    async def _respond(self, request: Request, shown: blocks.Message) -> Any:
        """The way that works in channels the bot isn't in. Five uses within 30 minutes."""
        webhook = AsyncWebhookClient(request.response_url, session=self._client.session)
        answer = await webhook.send(
            text=shown.text, blocks=shown.blocks or None, response_type="ephemeral", replace_original=False
        )
        if answer.status_code != 200:
            raise NotInvited("can't answer", why=f"response_url says {answer.status_code}")
        return _Body(answer.body)


def _signature(command: str) -> dict[str, Any]:
    """What marks the message of a command for a replica that looks for it."""
    return {"event_type": "cdebug_command", "event_payload": {"id": command}}


def _whispered(said: Said) -> blocks.Message:
    """A line as elements that Slack reads nothing into; an answer of several lines quotes its parts itself."""
    text = blocks.plain(said)
    return blocks.Message(text, []) if "\n" in text else blocks.render(NoteView(said))


class _Body:
    def __init__(self, data: Any) -> None:
        self.data = data
