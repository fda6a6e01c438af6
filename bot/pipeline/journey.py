"""A verb that reaches an engine: thread, find, decide, ask where it must be asked, run, outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from bot.core.action import Action, ArgvAction
from bot.core.acts import RunPress
from bot.core.approval import digest_of
from bot.core.errors import CdebugError, Denied, NotFound, Unsupported, UsageError
from bot.core.manual import line_of, typed, words_of
from bot.core.plan import Plan, reached
from bot.core.policy import Allow, Ask
from bot.core.request import Place, Request
from bot.core.said import Said
from bot.core.target import Found, TargetRef
from bot.core.view import Button, State, Status
from bot.pipeline.command import Command, Grant
from bot.pipeline.decide.approving import Approving
from bot.pipeline.decide.break_glass import break_glass
from bot.pipeline.decide.choice import chosen
from bot.pipeline.decide.finding import Ambiguous, Finder
from bot.pipeline.decide.passes import Passes
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts, internal_error
from bot.pipeline.run.outcome import Outcomes, detail_of
from bot.pipeline.run.running import Running, remember
from bot.pipeline.trail import Trail, told
from bot.runs import Run
from bot.telemetry import COMMANDS, SECONDS
from bot.together import alongside

_LONGEST_DETAIL = 200


@dataclass(frozen=True)
class Ruling:
    """What was found and planned, and what policy says of it; all are in the audit."""

    found: Found
    plan: Plan
    decision: Allow | Ask
    note: str = ""

    @property
    def reached(self) -> Found:
        """All that the audit's record is about."""
        return reached(self.found, self.plan)


Finding = Awaitable[Ruling | Exception]


class Journey:
    """From "find" to the outcome, for one command."""

    def __init__(self, parts: Parts, approving: Approving) -> None:
        self._parts, self._approving = parts, approving
        self._finder = Finder(parts)
        self._running = Running(parts, self._finder)
        self._outcomes = Outcomes(parts)
        self._passes = Passes(parts, self._finder, approving)

    async def go(
        self,
        visit: Visit,
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
        action = _with_input(await self._finder.filled_in(visit.request, action), visit.request)
        refs = await self._finder.refs(visit.request, action)
        text = line_of(self._parts.redactor.words(words_of(action)))
        where = (refs[0].context, refs[0].namespace)
        command = Command(visit, action, text, *where, grant, work or visit.request, first)
        running = Status("running", visit.person.mention, text, command.where, buttons=_live_buttons(action))
        # The engine is asked while the thread is opened; what was found is told in it.
        async with alongside(self._judge(command, refs)) as finding:
            if place is None:
                place = await self._parts.chat.open(visit.request, running)
            else:
                await self._parts.chat.settle(place, running)
            await self._live(command, place, running, finding)

    async def _judge(self, command: Command, refs: list[TargetRef]) -> Ruling:
        """Find and decide; both are on record before anything runs. Raises what stops the command."""
        trail = self._trail(command)
        votes = command.grant.votes if command.grant else 0
        try:
            ruling = await self._found(command, refs, votes)
        except (CdebugError, Ambiguous) as error:
            about = error.found if isinstance(error, Denied) else None
            said = error.brief if isinstance(error, CdebugError) else error.question
            await trail.write(trail.entry("asked"), trail.entry("refused", said, about))
            raise
        await trail.write(trail.entry("asked"), trail.entry("decided", told(ruling.decision), ruling.reached))
        return ruling

    async def _found(self, command: Command, refs: list[TargetRef], votes: int) -> Ruling:
        """What is meant, or what has taken its place since the thread began; and what there is to say of that."""
        try:
            found, plan, decision = await self._finder.find(refs, command.visit, command.action, votes)
        except NotFound:
            moved = await self._finder.successor(command.visit, refs)
            if moved is None:
                raise
            ruling = await self._finder.find(moved, command.visit, command.action, votes)
            return Ruling(*ruling, f"`{refs[0].name}` is gone: this is `{moved[0].name}`, which took its place.")
        return Ruling(found, plan, decision, chosen(refs[0], found))

    def _trail(self, command: Command) -> Trail:
        return Trail.of(self._parts, command.visit, command.text, typed(command.action))

    async def _live(self, command: Command, place: Place, running: Status, finding: Finding) -> None:
        started = self._parts.now()
        cancelled: asyncio.CancelledError | None = None
        beside = ""
        with self._parts.runs.live(place, self._parts.new_id()) as run:
            try:
                state, detail = await self._attempt(command, place, running, finding, run)
                beside = command.action.beside if run.lacks_program else ""
            except asyncio.CancelledError as error:
                state, detail, cancelled = run.state, run.why, error
        took = (self._parts.now() - started).total_seconds()
        outcome = replace(running, state=state, detail=detail_of(state, detail, took), ended_by=run.by)
        await self._outcomes.settle(command, place, outcome, hurry=run.in_a_hurry, beside=beside)
        COMMANDS.labels(command.action.verb, state).inc()
        SECONDS.labels(command.action.verb).observe(took)
        if cancelled:
            raise cancelled

    async def _attempt(
        self, command: Command, place: Place, running: Status, finding: Finding, run: Run
    ) -> tuple[State, Said]:
        try:
            await self._parts.inbox.begun(command.work, place)
            ruling = await finding
            if isinstance(ruling, Exception):
                raise ruling
            allowed = await self._allowed(command, ruling)
            if allowed is None:
                allowed = await self._passed(command, place, ruling)
            elif command.grant:
                await self._passes.give(allowed, place, ruling.found)
            if allowed is None:
                assert isinstance(ruling.decision, Ask)
                await remember(self._parts, command, place, ruling.found, "")
                return "waiting for approval", await self._approving.ask(
                    replace(command, plan=ruling.plan), place, ruling.found, ruling.decision.approvals
                )
            return await self._running.carry_out(allowed, place, running, ruling.found, run, ruling.note)
        except Ambiguous as several:
            if not command.request.stdin:
                await self._outcomes.offer(command, place, several)
                return "done", f"{several.count} match: choose in the thread"
            state: State = "failed"
            brief = several.question
            line = f"{brief} Name it with the command: a menu can't keep the code block."
        except CdebugError as error:
            run.lacks_program = error.lacks_program or isinstance(error, Unsupported)
            state = "denied" if isinstance(error, Denied) else "failed"
            brief, line = error.brief, str(error)
        except Exception:
            self._parts.log.exception("internal error", id=command.request.id)
            state, brief, line = "failed", f"internal error {command.request.id}", internal_error(command.request)
        line, brief = self._parts.redactor.text(line), self._parts.redactor.text(brief)
        self._parts.log.info("ended", id=command.request.id, state=state, line=line)
        await self._outcomes.tell(command, place, line)
        return state, brief if len(brief) <= _LONGEST_DETAIL else f"{brief[:_LONGEST_DETAIL]}…"

    async def _allowed(self, command: Command, ruling: Ruling) -> Command | None:
        """The command as it may run now; None where it must be asked for. Raises Denied.

        What was approved must be what is there.
        """
        command = replace(command, plan=ruling.plan)
        if command.grant is not None:
            approved = command.grant.approval
            if digest_of(command.action, command.request, ruling.found, ruling.plan) != approved.digest:
                trail = self._trail(command)
                await trail.write(trail.entry("void", f"request {approved.id}", ruling.reached))
                raise Denied(
                    f"the approval of request `{approved.id}` is void",
                    why="what was approved is not what is there now: the object was replaced, or the command changed",
                    hint="Ask again.",
                )
        if isinstance(ruling.decision, Allow):
            return command
        if command.grant is not None:
            raise Denied(
                f"the approvals of request `{command.grant.approval.id}` are no longer enough", hint="Ask again."
            )
        if not command.action.glass:
            return None
        await break_glass(self._parts, command, self._trail(command), ruling.found)
        return replace(command, glass_broken=True)

    async def _passed(self, command: Command, place: Place, ruling: Ruling) -> Command | None:
        """The command under an approval that still holds for what it uses; None where there is none."""
        command = replace(command, plan=ruling.plan)
        grant = await self._passes.grant_of(command, place, ruling.found)
        if grant is None:
            return None
        trail = self._trail(command)
        await trail.write(trail.entry("decided", f"allowed by request {grant.approval.id}", ruling.reached))
        return replace(command, grant=grant)


def _with_input(action: Action, request: Request) -> Action:
    """The action with the code block of its message. Raises UsageError for a verb that reads none."""
    if not request.stdin:
        return action
    if not isinstance(action, ArgvAction):
        raise UsageError(f"`{action.verb}` reads no input", hint="Leave the code block out.")
    return replace(action, stdin=request.stdin)


def _live_buttons(action: Action) -> tuple[Button, ...]:
    stop = Button("Stop", RunPress("stop"))
    return (stop, Button("Ctrl-C", RunPress("interrupt"))) if action.interactive else (stop,)
