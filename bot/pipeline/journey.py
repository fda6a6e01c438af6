"""A verb that reaches an engine: thread, find, decide, ask where it must be asked, run, outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.core.action import Action, ArgvAction, InteractiveAction, Layer, Typed, Wants
from bot.core.approval import digest_of
from bot.core.errors import CdebugError, Denied, Unavailable, UsageError
from bot.core.manual import typed
from bot.core.output import Note, Output
from bot.core.person import Channel, Person
from bot.core.policy import Allow, Ask, Circumstances
from bot.core.ports import LiveRun, Menu
from bot.core.request import Place, Request
from bot.core.session import Session
from bot.core.target import Found, TargetRef, found_to_json, things_of
from bot.core.units import show_duration
from bot.core.view import Button, MenuView, NoteView, State, Status
from bot.pipeline.approving import Approving
from bot.pipeline.asked import Asked, Grant
from bot.pipeline.deliver import Delivery
from bot.pipeline.finding import Finder, Several
from bot.pipeline.glass import break_glass
from bot.pipeline.parts import Parts, internal_error
from bot.pipeline.ports_of import port_needed
from bot.pipeline.trail import Trail, told
from bot.runs import Run
from bot.telemetry import COMMANDS, SECONDS
from bot.together import alongside, together

_HURRY_S, _PATIENCE_S = 2.5, 60.0


@dataclass(frozen=True)
class Judged:
    """What was found, and what policy says of it; both are in the audit."""

    found: Found
    decision: Allow | Ask


Finding = Awaitable[Judged | Exception]


class Journey:
    """From "find" to the outcome, for one command."""

    def __init__(self, parts: Parts, approving: Approving) -> None:
        self._parts, self._approving = parts, approving
        self._finder = Finder(parts)

    async def go(
        self,
        request: Request,
        person: Person,
        channel: Channel,
        action: Action,
        place: Place | None,
        grant: Grant | None = None,
        *,
        work: Request | None = None,
        first: str = "",
    ) -> None:
        """Carry a command out in its thread; `place` is given where it has one already.

        work: the request whose work this is, where it isn't the command's own. first: a shell's first line.
        """
        action = _with_input(await self._finder.filled_in(request, action), request)
        refs = await self._finder.refs(request, action)
        command = self._parts.redactor.text(typed(action))
        where = (refs[0].context, refs[0].namespace)
        asked = Asked(request, person, channel, action, command, *where, grant, work or request, first)
        running = Status("running", person.mention, command, asked.where, buttons=_live_buttons(action))
        # The engine is asked while the thread is opened; what was found is told in it.
        async with alongside(self._judge(asked, refs)) as finding:
            if place is None:
                place = await self._parts.chat.open(request, running)
            else:
                await self._parts.chat.settle(place, running)
            await self._live(asked, place, running, finding)

    async def _judge(self, asked: Asked, refs: list[TargetRef]) -> Judged:
        """Find and decide; both are on record before anything runs. Raises what stops the command."""
        trail = self._trail(asked)
        votes = asked.grant.votes if asked.grant else 0
        try:
            found, decision = await self._finder.find(refs, asked.person, asked.channel, asked.action, votes)
        except (CdebugError, Several) as error:
            about = error.found if isinstance(error, Denied) else None
            await trail.write(trail.entry("asked"), trail.entry("refused", str(error), about))
            raise
        await trail.write(trail.entry("asked"), trail.entry("decided", told(decision), found))
        return Judged(found, decision)

    def _trail(self, asked: Asked) -> Trail:
        return Trail.of(self._parts, asked.request, asked.person, asked.command)

    async def _live(self, asked: Asked, place: Place, running: Status, finding: Finding) -> None:
        started = self._parts.now()
        cancelled: asyncio.CancelledError | None = None
        with self._parts.runs.live(place, self._parts.new_id()) as run:
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
            await self._parts.inbox.begun(asked.work, place)
            judged = await finding
            if isinstance(judged, Exception):
                raise judged
            if not await self._may_run(asked, judged):
                assert isinstance(judged.decision, Ask)
                await self._remember(asked, place, judged.found, "")
                return "waiting for approval", await self._approving.ask(
                    asked, place, judged.found, judged.decision.approvals
                )
            return await self._carry_out(asked, place, running, judged.found, run)
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

    async def _may_run(self, asked: Asked, judged: Judged) -> bool:
        """Whether it runs now. Raises Denied where what was approved is not what is there."""
        if asked.grant is not None:
            approved = asked.grant.approval
            if digest_of(asked.action, asked.request, judged.found) != approved.digest:
                trail = self._trail(asked)
                await trail.write(trail.entry("void", f"request {approved.id}", judged.found))
                raise Denied(
                    f"the approval of request `{approved.id}` is void",
                    why="what was approved is not what is there now: the object was replaced, or the command changed",
                    hint="Ask anew.",
                )
        if isinstance(judged.decision, Allow):
            return True
        if asked.grant is not None:
            raise Denied(
                f"the approvals of request `{asked.grant.approval.id}` don't suffice any more", hint="Ask anew."
            )
        return bool(asked.action.glass) and await break_glass(self._parts, asked, self._trail(asked), judged.found)

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
        delivery = Delivery(self._parts, place, running, asked.action, found, run, self._scannable(asked, found))
        limit = self._limit(asked.action)
        outputs = self._outputs(asked, found, needed, run)
        run.still = lambda: self._still(asked, found)
        await self._begin_with(asked, found, run)
        live = _live_run(asked, found, run)
        ended = ""
        try:
            typing = run.pump(self._parts.limits.idle.total_seconds())
            async with asyncio.timeout(limit.total_seconds()), aclosing(outputs), alongside(typing):
                await together(
                    self._remember(asked, place, found, ""), self._parts.live.add(place, live), delivery.take(outputs)
                )
            ended = delivery.summary
        except TimeoutError:
            ended = f"the limit of {show_duration(limit.total_seconds())}"
            return "stopped", ended
        except BaseException as error:
            ended = str(error) or type(error).__name__
            raise
        finally:
            trail = self._trail(asked)
            await trail.afterwards(trail.entry("ended", ended, bytes=delivery.bytes, exit=delivery.exit))
            if not run.in_a_hurry:
                await self._unlisted(place, live)
                if delivery.kept:
                    await self._remember(asked, place, found, delivery.kept)
        return "done", delivery.summary

    def _limit(self, action: Action) -> timedelta:
        limits = self._parts.limits
        if isinstance(action, InteractiveAction):
            return limits.shell
        return limits.follow if action.endless else limits.longest

    async def _outputs(self, asked: Asked, found: Found, engine: Any, run: Run) -> AsyncGenerator[Output, None]:
        for warning in asked.action.warnings:
            yield Note(warning)
        if isinstance(asked.action, InteractiveAction):
            said = asked.action.talk(found, engine, run)
        else:
            said = asked.action.run(found, engine, self._parts.now())
        async with aclosing(said):
            async for output in said:
                yield output

    async def _begin_with(self, asked: Asked, found: Found, run: Run) -> None:
        """The line that opened somebody's shell is its first, and on record like any."""
        if asked.first:
            command = self._parts.redactor.text(f"$ {asked.first}")
            trail = Trail.of(self._parts, asked.request, asked.person, command)
            await trail.write(trail.entry("typed", found=found))
            run.lines.put_nowait(Typed(asked.first))

    async def _unlisted(self, place: Place, live: LiveRun) -> None:
        try:
            await self._parts.live.remove(place, live.id)
        except CdebugError as error:
            self._parts.log.warning("still listed as live", id=live.id, why=str(error))

    def _scannable(self, asked: Asked, found: Found) -> Any:
        """Whether this command may also show what can't be scanned for secrets. Raises Denied where it may not."""

        def check() -> None:
            known = Circumstances(asked.grant.votes if asked.grant else 0, binary=True)
            decision = self._parts.policy.decide_all(asked.person, asked.channel, asked.action.verb, found, known)
            if not isinstance(decision, Allow) and not (isinstance(decision, Ask) and asked.action.glass):
                raise Denied(
                    "this can't be scanned for secrets, so it is not shown", why=getattr(decision, "why", ""),
                    hint="Read a part of it as text.",
                )  # fmt: skip

        return check

    async def _still(self, asked: Asked, found: Found) -> bool:
        """Whether somebody could still begin what they have running: a role ends, a policy changes."""
        person = await self._parts.directory.person(asked.request.team, asked.request.user)
        channel = await self._parts.directory.channel(asked.request.channel)
        if person.refusal:
            return False
        known = Circumstances(asked.grant.votes if asked.grant else 0)
        decision = self._parts.policy.decide_all(person, channel, asked.action.verb, found, known)
        return isinstance(decision, Allow) or (isinstance(decision, Ask) and bool(asked.action.glass))

    async def _remember(self, asked: Asked, place: Place, found: Found, kept: str) -> None:
        """The thread keeps the context that it began with, and the last thing that it was about."""
        session = await self._parts.sessions.session(place) if asked.request.thread or kept else None
        home = session or Session(found.scope.context, asked.namespace)
        about = "" if asked.action.wants == Wants.EVERYTHING else _name(found)
        command = "" if asked.request.stdin else typed(asked.action)
        now = replace(home, target=about or home.target, command=command, kept=kept or home.kept)
        await self._parts.sessions.remember(place, now)

    async def _offer(self, asked: Asked, place: Place, several: Several) -> None:
        """Several match: a menu whose choices are whole commands, kept here; the menu carries indexes."""
        commands = [typed(several.chosen(asked.action, it)) for it in several.found]
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
                buttons = () if hurry else await self._again(asked, place, status.state)
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
            await self._parts.inbox.done(asked.work)
        except CdebugError as error:
            self._parts.log.warning("not marked as done", id=asked.request.id, why=str(error))

    async def _again(self, asked: Asked, place: Place, state: State) -> tuple[Button, ...]:
        """A button that sends the command once more; a code block that was typed with it is not kept for that."""
        if asked.request.stdin or state == "waiting for approval":
            return ()
        menu = Menu(self._parts.new_id(), place, (typed(asked.action),))
        try:
            await self._parts.sessions.put_menu(menu)
        except Unavailable:
            return ()
        return (Button("Again", f"again:{menu.id}", "0"),)


def _with_input(action: Action, request: Request) -> Action:
    """The action with the code block of its message. Raises UsageError for a verb that reads none."""
    if not request.stdin:
        return action
    if not isinstance(action, ArgvAction):
        raise UsageError(f"`{action.verb}` reads no input", hint="Leave the code block out.")
    return replace(action, stdin=request.stdin)


def _live_run(asked: Asked, found: Found, run: Run) -> LiveRun:
    return LiveRun(
        id=run.id,
        verb=asked.action.verb,
        command=asked.command,
        text=typed(asked.action),
        user=asked.request.user,
        found=found_to_json(found),
        votes=asked.grant.votes if asked.grant else 0,
        shell=asked.request.user if isinstance(asked.action, InteractiveAction) else "",
    )


def is_reading(action: Action) -> bool:
    """Whether it may be done twice: everything else is never repeated by itself."""
    return action.layer in (Layer.LOOK, Layer.DESK)


def _live_buttons(action: Action) -> tuple[Button, ...]:
    stop = Button("Stop", "stop", "-")
    return (stop, Button("Ctrl-C", "interrupt", "-")) if isinstance(action, InteractiveAction) else (stop,)


def _detail(state: State, detail: str, took: float) -> str:
    if state == "waiting for approval":
        return detail
    time = f"in {show_duration(took)}" if state == "done" else f"after {show_duration(took)}"
    return f"{detail}, {time}" if detail else time


def _name(found: Found) -> str:
    """What a thread is about, as a target; nothing for none or several."""
    things = things_of(found)
    if len(things) != 1:
        return ""
    kind = type(things[0]).__name__.lower()
    return things[0].name if kind == "container" else f"{kind}/{things[0].name}"
