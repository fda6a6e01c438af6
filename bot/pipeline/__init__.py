"""The journey of a command, from what Slack handed over to the message that shows its outcome.

    submit   a command          pick   a menu's choice: it becomes the picker's own command
    page     older, newer, filter, save on kept output          input   Stop for a live run
    recover  what a replica that died left behind

`take` is the switch before them: any request goes to the entry of its kind.

Nothing reaches an engine by another way. Not here: how any step works.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.action import Action, DeskAction
from bot.core.errors import CdebugError
from bot.core.person import Channel, Person
from bot.core.request import Place, Request
from bot.core.view import NoteView
from bot.pipeline.admission import Admission
from bot.pipeline.desk import Desk
from bot.pipeline.journey import Journey
from bot.pipeline.pages import Pages
from bot.pipeline.parts import Parts, guarded

__all__ = ["Parts", "Pipeline"]


class Pipeline:
    """Every entry handles its own errors: it returns when people have been told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._admission = Admission(parts)
        self._journey = Journey(parts)
        self._pages = Pages(parts)
        self._desk = Desk(parts, self._pages, again=self._command)

    async def submit(self, request: Request) -> None:
        """A command."""
        async with guarded(self._parts, request):
            person, channel = await self._admission.admit(request)
            await self._command(request, person, channel)

    async def pick(self, request: Request) -> None:
        """A choice of menu `request.action`: the command behind it, as the person who picked."""
        async with guarded(self._parts, request):
            person, channel = await self._admission.admit(request)
            menu = await self._parts.sessions.menu(request.action)
            if menu is None or not request.value.isdigit() or int(request.value) >= len(menu.commands):
                raise CdebugError("this menu is too old", hint="Type the command again.")
            command = replace(request, text=menu.commands[int(request.value)], thread=menu.place.thread)
            await self._command(command, person, channel)

    async def page(self, request: Request) -> None:
        """A button on a kept result, or the filter that was typed for one."""
        async with guarded(self._parts, request):
            person, channel = await self._admission.admit(request)
            await self._pages.turn(request, person, channel)

    async def input(self, request: Request) -> None:
        """The Stop button of a live run."""
        async with guarded(self._parts, request):
            person, _ = await self._admission.admit(request, metered=False)
            place = Place(request.team, request.channel, request.thread)
            if not self._parts.runs.stop(place, person.mention):
                raise CdebugError("nothing is running here any more", hint="`again` runs it once more.")

    async def recover(self, request: Request, place: Place | None) -> None:
        """What another replica left. Work that had begun only read (so far), so it is done again in its thread."""
        if place is None:
            await self.take(request)
            return
        async with guarded(self._parts, request):
            person, channel = await self._admission.admit(request, metered=False)
            await self._parts.chat.post(place, NoteView("The bot was started again: reading once more."))
            await self._command(request, person, channel, place)

    async def take(self, request: Request) -> None:
        """Any request, by the entry that its kind belongs to."""
        if request.kind == "command":
            await self.submit(request)
        elif request.kind == "choose":
            await self.pick(request)
        elif request.action == "stop":
            await self.input(request)
        else:
            await self.page(request)

    async def _command(self, request: Request, person: Person, channel: Channel, place: Place | None = None) -> None:
        action: Action = self._parts.grammar.parse(request.text)
        if isinstance(action, DeskAction):
            await self._desk.perform(request, person, channel, action)
        else:
            await self._journey.go(request, person, channel, action, place)
