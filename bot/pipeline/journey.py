"""A verb that reaches an engine: thread, find, decide, run, outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.core.action import Action, Wants
from bot.core.errors import CdebugError, Denied, Unavailable
from bot.core.manual import typed
from bot.core.person import Channel, Person
from bot.core.ports import Menu
from bot.core.request import Place, Request
from bot.core.session import Session
from bot.core.target import Found, things_of
from bot.core.units import show_duration
from bot.core.view import Button, MenuView, NoteView, State, Status
from bot.pipeline.deliver import Delivery
from bot.pipeline.finding import Finder, Several
from bot.pipeline.parts import Parts, internal_error
from bot.pipeline.ports_of import port_needed
from bot.runs import Run
from bot.telemetry import COMMANDS, SECONDS
from bot.together import alongside, together

Finding = Awaitable[Found | Exception]
_HURRY_S, _PATIENCE_S = 2.5, 60.0


@dataclass(frozen=True)
class Asked:
    """A command that was understood, by whom, and where it will be read."""

    request: Request
    person: Person
    channel: Channel
    action: Action
    command: str
    namespace: str


class Journey:
    """From "find" to the outcome, for one command."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._finder = Finder(parts)

    async def go(self, request: Request, person: Person, channel: Channel, action: Action, place: Place | None) -> None:
        """Carry a command out in its thread; `place` is given where a replica that died had begun it."""
        action = await self._finder.filled_in(request, action)
        refs = await self._finder.refs(request, action)
        asked = Asked(request, person, channel, action, self._parts.redactor.text(typed(action)), refs[0].namespace)
        running = Status(
            "running", person.mention, asked.command, _where(refs[0].context, refs[0].namespace),
            buttons=(Button("Stop", "stop", "-"),),
        )  # fmt: skip
        # The engine is asked while the thread is opened; what was found is told in it.
        async with alongside(self._finder.find(refs, person, channel, action)) as finding:
            if place is None:
                place = await self._parts.chat.open(request, running)
            else:
                await self._parts.chat.settle(place, running)
            await self._live(asked, place, running, finding)

    async def _live(self, asked: Asked, place: Place, running: Status, finding: Finding) -> None:
        started = self._parts.now()
        cancelled: asyncio.CancelledError | None = None
        with self._parts.runs.live(place) as run:
            try:
                state, detail = await self._attempt(asked, place, running, finding, run)
            except asyncio.CancelledError as error:
                state, detail, cancelled = run.state, run.why, error
        took = (self._parts.now() - started).total_seconds()
        outcome = replace(running, state=state, detail=_detail(state, detail, took), ended_by=run.by)
        await self._settle(asked, place, outcome, hurry=run.in_a_hurry)
        COMMANDS.labels(asked.action.verb, state).inc()
        SECONDS.labels(asked.action.verb).observe(took)
        if cancelled:
            raise cancelled

    async def _attempt(
        self, asked: Asked, place: Place, running: Status, finding: Finding, run: Run
    ) -> tuple[State, str]:
        try:
            await self._parts.inbox.begun(asked.request, place)
            found = await finding
            if isinstance(found, Exception):
                raise found
            return await self._carry_out(asked, place, running, found, run)
        except Several as several:
            await self._offer(asked, place, several)
            return "done", f"{several.count} match: choose in the thread"
        except Denied as error:
            state: State = "denied"
            line = str(error)
        except CdebugError as error:
            state, line = "failed", str(error)
        except Exception:
            self._parts.log.exception("internal error", id=asked.request.id)
            state, line = "failed", internal_error(asked.request)
        line = self._parts.redactor.text(line)
        self._parts.log.info("ended", id=asked.request.id, state=state, line=line)
        await self._tell(asked, place, line)
        return state, line.partition(". ")[0].removeprefix("denied: ")[:200]

    async def _tell(self, asked: Asked, place: Place, line: str) -> None:
        """What went wrong, in the thread. Where Slack refuses that too, the root's outcome still says it."""
        try:
            await self._parts.chat.post(place, NoteView(line))
        except CdebugError as error:
            self._parts.log.warning("not told in the thread", id=asked.request.id, line=line, why=str(error))

    async def _carry_out(
        self, asked: Asked, place: Place, running: Status, found: Found, run: Run
    ) -> tuple[State, str]:
        engine = self._finder.engine(found.scope.context, asked.person, asked.channel)
        needed = port_needed(type(asked.action), engine)
        delivery = Delivery(self._parts, place, running, asked.action, found, run)
        limit = self._parts.limits.follow if asked.action.endless else self._parts.limits.longest
        outputs = asked.action.run(found, needed, self._parts.now())
        try:
            async with asyncio.timeout(limit.total_seconds()), aclosing(outputs):
                await together(self._remember(asked, place, found, ""), delivery.take(outputs))
        except TimeoutError:
            return "stopped", f"the limit of {show_duration(limit.total_seconds())}"
        finally:
            if delivery.kept and not run.in_a_hurry:
                await self._remember(asked, place, found, delivery.kept)
        return "done", delivery.summary

    async def _remember(self, asked: Asked, place: Place, found: Found, kept: str) -> None:
        """The thread keeps the context that it began with, and the last thing that it was about."""
        session = await self._parts.sessions.session(place) if asked.request.thread or kept else None
        home = session or Session(found.scope.context, asked.namespace)
        about = "" if asked.action.wants == Wants.EVERYTHING else _name(found)
        now = replace(home, target=about or home.target, command=typed(asked.action), kept=kept or home.kept)
        await self._parts.sessions.remember(place, now)

    async def _offer(self, asked: Asked, place: Place, several: Several) -> None:
        """Several match: a menu whose choices are whole commands, kept here; the menu carries indexes."""
        commands = [typed(replace(asked.action, **{several.field: several.value(it)})) for it in several.found]  # type: ignore[type-var]
        menu = Menu(self._parts.new_id(), place, tuple(commands))
        await self._parts.sessions.put_menu(menu)
        choices = tuple(several.label(it) for it in several.found)
        question = self._parts.redactor.text(several.question)
        await self._parts.chat.post(place, MenuView(question, menu.id, choices))

    async def _settle(self, asked: Asked, place: Place, status: Status, *, hurry: bool) -> None:
        """Edit the root to its outcome. Being stopped, we are quick; what could not be told is done again later."""
        told = False
        try:
            async with asyncio.timeout(_HURRY_S if hurry else _PATIENCE_S):
                buttons = () if hurry else await self._again(asked, place)
                await self._parts.chat.settle(place, replace(status, buttons=buttons), hurry=hurry)
                told = True
                if status.state in ("stopped", "interrupted"):
                    await self._parts.chat.post(place, NoteView(f"{status.state}: {status.detail}"), hurry=hurry)
        except (CdebugError, TimeoutError) as error:
            self._parts.log.warning("outcome not shown", id=asked.request.id, state=status.state, why=str(error))
        except asyncio.CancelledError:
            if not told and not hurry:  # the bot ends while this waits for its turn
                await self._settle(asked, place, status, hurry=True)
            raise
        finally:
            if told or status.state == "stopped":
                await self._done(asked)

    async def _done(self, asked: Asked) -> None:
        """Nobody needs to take this over. Where that can't be written, it is read again after a restart."""
        try:
            await self._parts.inbox.done(asked.request)
        except CdebugError as error:
            self._parts.log.warning("not marked as done", id=asked.request.id, why=str(error))

    async def _again(self, asked: Asked, place: Place) -> tuple[Button, ...]:
        menu = Menu(self._parts.new_id(), place, (typed(asked.action),))
        try:
            await self._parts.sessions.put_menu(menu)
        except Unavailable:
            return ()
        return (Button("Again", f"again:{menu.id}", "0"),)


def _where(context: str, namespace: str) -> str:
    return f"{context}/{namespace}" if namespace else context


def _detail(state: State, detail: str, took: float) -> str:
    time = f"in {show_duration(took)}" if state == "done" else f"after {show_duration(took)}"
    return f"{detail}, {time}" if detail else time


def _name(found: Found) -> str:
    """What a thread is about, as a target; nothing for none or several."""
    things = things_of(found)
    if len(things) != 1:
        return ""
    kind = type(things[0]).__name__.lower()
    return things[0].name if kind == "container" else f"{kind}/{things[0].name}"
