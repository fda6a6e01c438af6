"""How a command ended, told where it was asked for: in its thread, in its own message, in the inbox."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.acts import AgainPress
from bot.core.errors import CdebugError, Unavailable
from bot.core.manual import typed
from bot.core.ports.state import Menu
from bot.core.request import Place
from bot.core.said import Said, after
from bot.core.units import show_duration
from bot.core.view import Button, MenuView, NoteView, State, Status
from bot.pipeline.command import Command
from bot.pipeline.decide.break_glass import without_glass
from bot.pipeline.decide.finding import Ambiguous
from bot.pipeline.parts import Parts

_HURRY_S, _PATIENCE_S = 2.5, 60.0


class Outcomes:
    """Slack or Redis away: what can't be told is in the log, and told again by whoever takes over."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def tell(self, command: Command, place: Place, line: str) -> None:
        """What went wrong, in the thread. Where Slack refuses that too, the root's outcome still says it."""
        try:
            await self._parts.chat.post(place, NoteView(line))
        except CdebugError as error:
            self._parts.log.warning("not told in the thread", id=command.request.id, line=line, why=str(error))

    async def offer(self, command: Command, place: Place, several: Ambiguous) -> None:
        """Several match: a menu whose choices are whole commands, kept here; the menu carries indexes."""
        commands = [typed(without_glass(several.chosen(command.action, it))) for it in several.found]
        menu = Menu(self._parts.new_id(), place, tuple(commands), command.request.user)
        await self._parts.sessions.put_menu(menu)
        choices = tuple(self._parts.redactor.text(several.label(it)) for it in several.found)
        question = self._parts.redactor.text(several.question)
        await self._parts.chat.post(place, MenuView(question, menu.id, choices))

    async def settle(self, command: Command, place: Place, status: Status, *, hurry: bool, beside: str = "") -> None:
        """Edit the root to its outcome. Being stopped, we are quick; what could not be told is done again later."""
        told = False
        try:
            async with asyncio.timeout(_HURRY_S if hurry else _PATIENCE_S):
                buttons = () if hurry else await self._buttons(command, place, status.state, beside)
                await self._parts.chat.settle(place, replace(status, buttons=buttons), hurry=hurry)
                told = True
                if status.state in ("stopped", "interrupted"):
                    said = after(f"{status.state}: ", status.detail)
                    await self._parts.chat.post(place, NoteView(said), hurry=hurry)
        except (CdebugError, TimeoutError) as error:
            self._parts.log.warning("outcome not shown", id=command.request.id, state=status.state, why=str(error))
        except asyncio.CancelledError:
            if not told and not hurry:  # the bot ends while this waits for its turn
                await self.settle(command, place, status, hurry=True)
            raise
        finally:
            if told or status.state == "stopped":
                await self._done(command)

    async def _done(self, command: Command) -> None:
        """Nobody needs to take this over. Where that can't be written, it is read again after a restart."""
        try:
            await self._parts.inbox.done(command.work)
        except CdebugError as error:
            self._parts.log.warning("not marked as done", id=command.request.id, why=str(error))

    async def _buttons(self, command: Command, place: Place, state: State, beside: str) -> tuple[Button, ...]:
        """One that sends the command once more, and one for the command that does it from beside; a code block that was
        typed with it is not kept for that.
        """
        if command.request.stdin or state == "waiting for approval":
            return ()
        offered = [("Again", typed(without_glass(command.action))), *([("Use debug", beside)] if beside else [])]
        buttons = []
        for label, text in offered:
            menu = Menu(self._parts.new_id(), place, (text,), command.request.user)
            try:
                await self._parts.sessions.put_menu(menu)
            except Unavailable:
                break
            buttons.append(Button(label, AgainPress(menu.id)))
        return tuple(buttons)


def detail_of(state: State, detail: Said, took: float) -> Said:
    """What is said of an end, with the time that it took."""
    if state == "waiting for approval" or not isinstance(detail, str):
        return detail
    time = f"in {show_duration(took)}" if state == "done" else f"after {show_duration(took)}"
    return f"{detail}, {time}" if detail else time
