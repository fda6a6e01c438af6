"""What people type and press for what is live: a shell's lines, Ctrl-C, Stop; on whichever replica it runs.

Every line is decided and written to the audit before it reaches a shell. A shell is one person's: somebody
else's first line opens a shell of their own, as themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.core.errors import CdebugError, Denied, UsageError
from bot.core.policy import Allow, Ask, Circumstances
from bot.core.ports.state import Letter, LiveRun
from bot.core.request import Request
from bot.core.target import Found
from bot.pipeline.decide.break_glass import still_open
from bot.pipeline.enter.desk_gate import Gate
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.steps import Next, OpenShell
from bot.pipeline.trail import Trail

Admit = Callable[[], Awaitable[Visit]]

_MOST_LINES = 50  # half of what a run holds


class Keyboard:
    """Lines, Ctrl-C and Stop reach the replica that has the run."""

    def __init__(self, parts: Parts, gate: Gate) -> None:
        self._parts, self._gate = parts, gate

    async def line(self, request: Request, admit: Admit) -> Next:
        """A reply that begins with `$ `. Where no shell is open it is talk between people, and not for us."""
        shells = [run for run in await self._parts.live.of(request.place) if run.shell]
        if not shells:
            await self._was_a_shell(request)
            return None
        visit = await admit()
        own = next((run for run in shells if run.shell == request.user), None)
        if own is None:
            return OpenShell(visit, shells[0].text)
        for line in typed_lines(request.words):
            await self._decide(visit, own)
            await self.record(visit, line, own.found)
            await self._parts.live.send(own, Letter(own.id, "line", visit.person.mention, line))
        return None

    async def lost(self, request: Request) -> None:
        """A line whose replica died: it may have reached the shell, so it is not typed again."""
        if await self._held_a_shell(request):
            raise CdebugError(
                f"interrupted: `$ {request.words}` may or may not have been typed", why="the bot restarted",
                hint="Check, then type it again.",
            )  # fmt: skip

    async def record(self, visit: Visit, line: str, found: Found) -> None:
        """Raises Unavailable where the audit can't be written: then the line is not typed."""
        trail = Trail.of(self._parts, visit, self._parts.redactor.command(f"$ {line}"), line)
        await trail.write(trail.entry("typed", found=found))

    async def _decide(self, visit: Visit, run: LiveRun) -> None:
        decision = visit.decide(run.verb, run.found, Circumstances(run.votes, plan=run.plan))
        glass = isinstance(decision, Ask) and run.glass
        if glass and still_open(visit, run.found, run.plan):
            return
        if not isinstance(decision, Allow):
            await self._parts.live.send(run, Letter(run.id, "stop", "policy"))
            raise Denied("you may not type here anymore", why=getattr(decision, "why", ""), hint="The shell was ended.")

    async def _was_a_shell(self, request: Request) -> None:
        if await self._held_a_shell(request):
            raise CdebugError("no shell is open in this thread anymore", hint="`again` opens a new one.")

    async def _held_a_shell(self, request: Request) -> bool:
        session = await self._parts.sessions.session(request.place)
        if session is None or not session.command:
            return False
        try:
            return self._parts.grammar.parse(session.command).interactive
        except UsageError:  # of another version
            return False

    async def stop(self, visit: Visit) -> None:
        """Stop what runs in this thread, as the word does. Raises Denied, CdebugError where nothing does."""
        runs = await self._parts.live.of(visit.request.place)
        about = [run.found for run in runs]
        if not all(visit.sees(found) for found in about):
            raise _nothing_runs()  # what somebody may not see doesn't run for them
        await self._gate.check(visit, "stop", "stop", about)
        here = self._parts.runs.stop(visit.request.place, visit.person.mention)
        for run in (run for run in runs if run.id not in here):
            await self._parts.live.send(run, Letter(run.id, "stop", visit.person.mention))
        if not runs and not here:
            raise _nothing_runs()

    async def interrupt(self, visit: Visit) -> None:
        """Ctrl-C for one's own shell: a key is typed into it, as a line is. Raises Denied, CdebugError for none."""
        own = [run for run in await self._parts.live.of(visit.request.place) if run.shell == visit.request.user]
        for run in own:
            await self._decide(visit, run)
            await self.record(visit, "^C", run.found)
            await self._parts.live.send(run, Letter(run.id, "interrupt", visit.person.mention))
        if not own:
            raise _nothing_runs()


def _nothing_runs() -> CdebugError:
    return CdebugError("nothing is running here anymore", hint="`again` runs it again.")


def typed_lines(text: str) -> list[str]:
    """A reply of several lines is several lines, whether or not each begins with the prompt. Raises UsageError for more
    than a shell holds while it is busy.
    """
    lines = [line.removeprefix("$ ") for line in text.split("\n")]
    if len(lines) > _MOST_LINES:
        raise UsageError(
            f"a reply has at most {_MOST_LINES} lines, this one has {len(lines)}", hint="`sh -s` reads a code block."
        )
    return lines
