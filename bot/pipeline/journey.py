"""A verb that reaches an engine: thread, find, decide, run, outcome."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.core.action import Action
from bot.core.errors import CdebugError, Denied
from bot.core.manual import typed
from bot.core.person import Channel, Person
from bot.core.ports import Menu
from bot.core.request import Place, Request
from bot.core.session import Session
from bot.core.target import Found, Objects, Scope
from bot.core.units import show_duration
from bot.core.view import Button, MenuView, NoteView, State, Status
from bot.pipeline.deliver import Delivery
from bot.pipeline.finding import Finder, Several
from bot.pipeline.parts import Parts, internal_error
from bot.pipeline.ports_of import port_needed
from bot.telemetry import COMMANDS, SECONDS

_SAY_IT_S = 3.0


@dataclass(frozen=True)
class Asked:
    """A command that was understood, by whom, and where it will be read."""

    request: Request
    person: Person
    channel: Channel
    action: Action
    command: str


class Journey:
    """From "find" to the outcome, for one command."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._finder = Finder(parts)

    async def go(self, request: Request, person: Person, channel: Channel, action: Action, place: Place | None) -> None:
        """Carry a command out in its thread; `place` is given where a replica that died had begun it."""
        action = await self._finder.filled_in(request, action)
        asked = Asked(request, person, channel, action, self._parts.redactor.text(typed(action)))
        refs = await self._finder.refs(request, action)
        running = Status(
            "running", person.mention, asked.command, _where(refs[0].context, refs[0].namespace),
            buttons=(Button("Stop", "stop", "-"),),
        )  # fmt: skip
        if place is None:
            place = await self._parts.chat.open(request, running)
        await self._parts.inbox.begun(request, place)
        started = self._parts.now()
        with self._parts.runs.live(place) as run:
            state: State = "failed"
            detail = ""
            try:
                state, detail = await self._attempt(asked, place, running)
            except asyncio.CancelledError:
                state, detail = run.state, run.why
                raise
            finally:
                took = (self._parts.now() - started).total_seconds()
                await self._settle(asked, place, replace(running, state=state, detail=_detail(state, detail, took)))
                COMMANDS.labels(action.verb, state).inc()
                SECONDS.labels(action.verb).observe(took)

    async def _attempt(self, asked: Asked, place: Place, running: Status) -> tuple[State, str]:
        try:
            return await self._carry_out(asked, place, running)
        except Several as several:
            await self._offer(asked, place, several)
            return "done", f"{len(several.found)} match: choose in the thread"
        except Denied as error:
            state: State = "denied"
            line = str(error)
        except CdebugError as error:
            state, line = "failed", str(error)
        except Exception:
            self._parts.log.exception("internal error", id=asked.request.id)
            state, line = "failed", internal_error(asked.request)
        self._parts.log.info("ended", id=asked.request.id, state=state, line=line)
        line = self._parts.redactor.text(line)
        await self._parts.chat.post(place, NoteView(line))
        return state, line.partition(". ")[0].removeprefix("denied: ")[:200]

    async def _carry_out(self, asked: Asked, place: Place, running: Status) -> tuple[State, str]:
        found, session = await self._finder.find(asked.request, asked.person, asked.channel, asked.action, place)
        engine = self._parts.engines[found.scope.context]
        needed = port_needed(type(asked.action), engine)
        delivery = Delivery(self._parts, place, running, asked.action, found)
        limit = self._parts.limits.follow if asked.action.endless else self._parts.limits.longest
        await self._remember(asked, place, found, session)
        try:
            async with asyncio.timeout(limit.total_seconds()):
                async with aclosing(asked.action.run(found, needed, self._parts.now())) as outputs:
                    await delivery.take(outputs)
        except TimeoutError:
            return "stopped", f"the limit of {show_duration(limit.total_seconds())}"
        finally:
            if delivery.kept:
                await self._remember(asked, place, found, session, delivery.kept)
        return "done", delivery.summary

    async def _remember(
        self, asked: Asked, place: Place, found: Found, session: Session | None, kept: str = ""
    ) -> None:
        """The thread keeps the context that it began with, and the last thing that it was about."""
        home = session or Session(found.scope.context, asked.action.namespace)
        about = "" if isinstance(found, Scope | Objects) and len(getattr(found, "items", ())) != 1 else _name(found)
        if asked.action.wants == "everything":
            about = ""
        now = replace(home, target=about or home.target, command=typed(asked.action), kept=kept or home.kept)
        await self._parts.sessions.remember(place, now)

    async def _offer(self, asked: Asked, place: Place, several: Several) -> None:
        """Several match: a menu whose choices are whole commands, kept here; the menu carries indexes."""
        commands = [typed(replace(asked.action, **{several.field: several.value(it)})) for it in several.found]  # type: ignore[type-var]
        menu = Menu(self._parts.new_id(), place, tuple(commands), asked.person.user)
        await self._parts.sessions.put_menu(menu)
        choices = tuple(several.label(it) for it in several.found)
        await self._parts.chat.post(place, MenuView(several.question, menu.id, choices))

    async def _settle(self, asked: Asked, place: Place, status: Status) -> None:
        """Edit the root to its outcome; also when we are being stopped, and then quickly."""
        again = Menu(self._parts.new_id(), place, (typed(asked.action),), asked.person.user)
        try:
            async with asyncio.timeout(_SAY_IT_S):
                await self._parts.sessions.put_menu(again)
                button = Button("Again", f"again:{again.id}", "0")
                await self._parts.chat.settle(place, replace(status, buttons=(button,)))
                if status.state in ("stopped", "interrupted"):
                    await self._parts.chat.post(place, NoteView(f"{status.state}: {status.detail}"))
        except (CdebugError, TimeoutError) as error:
            self._parts.log.warning("outcome not shown", id=asked.request.id, state=status.state, why=str(error))


def _where(context: str, namespace: str) -> str:
    return f"{context}/{namespace}" if namespace else context


def _detail(state: State, detail: str, took: float) -> str:
    time = f"in {show_duration(took)}" if state == "done" else f"after {show_duration(took)}"
    return f"{detail}, {time}" if detail else time


def _name(found: Found) -> str:
    thing = found.items[0] if isinstance(found, Objects) else found
    if isinstance(thing, Scope):
        return ""
    kind = type(thing).__name__.lower()
    return thing.name if kind == "container" else f"{kind}/{thing.name}"
