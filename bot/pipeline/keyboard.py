"""What people type and press for what is live: a shell's lines, Ctrl-C, Stop; on whichever replica it runs.

Every line is decided and written to the audit before it reaches a shell. A shell is one person's: somebody
else's first line opens a shell of their own, as themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.core.errors import CdebugError, Denied
from bot.core.person import Channel, Person
from bot.core.policy import Allow, Ask, Circumstances
from bot.core.ports.state import Letter, LiveRun
from bot.core.request import Place, Request
from bot.core.target import found_from_json
from bot.pipeline.glass import still_open
from bot.pipeline.parts import Parts
from bot.pipeline.trail import Trail

Admit = Callable[[], Awaitable[tuple[Person, Channel]]]
OpenShell = Callable[[Request, Person, Channel, str], Awaitable[None]]


class Keyboard:
    """open_shell: the pipeline's own way to run a thread's shell command as somebody else."""

    def __init__(self, parts: Parts, open_shell: OpenShell) -> None:
        self._parts, self._open_shell = parts, open_shell

    async def line(self, request: Request, admit: Admit) -> None:
        """A reply that begins with `$ `. Where no shell is open it is talk between people, and not for us."""
        shells = [run for run in await self._parts.live.of(_place(request)) if run.shell]
        if not shells:
            await self._was_a_shell(request)
            return
        person, channel = await admit()
        own = next((run for run in shells if run.shell == request.user), None)
        if own is None:
            await self._open_shell(request, person, channel, shells[0].text)
            return
        await self._decide(request, person, channel, own)
        await self.record(request, person, own.found)
        await self._parts.live.send(own, Letter(own.id, "line", person.mention, request.text))

    async def lost(self, request: Request) -> None:
        """A line whose replica died: it may have reached the shell, so it is not typed again."""
        if await self._held_a_shell(request):
            raise CdebugError(
                f"interrupted: whether `$ {request.text}` was typed is not known", why="the bot was started again",
                hint="Look, then type it again.",
            )  # fmt: skip

    async def record(self, request: Request, person: Person, found: str) -> None:
        """Raises Unavailable where the audit can't be written: then the line is not typed."""
        trail = Trail.of(self._parts, request, person, self._parts.redactor.text(f"$ {request.text}"))
        await trail.write(trail.entry("typed", found=found_from_json(found)))

    async def _decide(self, request: Request, person: Person, channel: Channel, run: LiveRun) -> None:
        known = Circumstances(run.votes)
        decision = self._parts.policy.decide_all(person, channel, run.verb, found_from_json(run.found), known)
        glass = isinstance(decision, Ask) and run.glass
        if glass and still_open(self._parts, person, channel, found_from_json(run.found)):
            return
        if not isinstance(decision, Allow):
            await self._parts.live.send(run, Letter(run.id, "stop", "policy"))
            raise Denied(
                "you may not type here any more", why=getattr(decision, "why", ""), hint="The shell was ended."
            )

    async def _was_a_shell(self, request: Request) -> None:
        if await self._held_a_shell(request):
            raise CdebugError("no shell is open in this thread any more", hint="`again` opens it anew.")

    async def _held_a_shell(self, request: Request) -> bool:
        session = await self._parts.sessions.session(_place(request))
        return session is not None and session.command.split(" ")[0] == "sh"

    async def stop(self, request: Request, person: Person) -> None:
        """Stop what runs in this thread. Raises CdebugError where nothing does."""
        await self._send(request, person, "stop", await self._parts.live.of(_place(request)))

    async def interrupt(self, request: Request, person: Person) -> None:
        """Ctrl-C for one's own shell. Raises CdebugError where there is none."""
        runs = await self._parts.live.of(_place(request))
        await self._send(request, person, "interrupt", [run for run in runs if run.shell == request.user])

    async def _send(self, request: Request, person: Person, kind: str, runs: list[LiveRun]) -> None:
        trail = Trail.of(self._parts, request, person, kind)
        here = self._parts.runs.stop(_place(request), person.mention) if kind == "stop" else []
        for run in (run for run in runs if run.id not in here):
            await self._parts.live.send(run, Letter(run.id, "stop" if kind == "stop" else "interrupt", person.mention))
        if not runs and not here:
            raise CdebugError("nothing is running here any more", hint="`again` runs it once more.")
        found = found_from_json(runs[0].found) if runs else None
        await trail.afterwards(trail.entry("ran", ", ".join(run.command for run in runs), found))


def _place(request: Request) -> Place:
    return Place(request.team, request.channel, request.thread or request.message)
