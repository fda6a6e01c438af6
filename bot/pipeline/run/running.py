"""A command that may run: on its engine, into its thread, on record from its first line to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

from bot.core.action import Action, Layer
from bot.core.bench import Bench, Typed
from bot.core.errors import CdebugError, Denied
from bot.core.manual import typed
from bot.core.output import Note, Output
from bot.core.plan import reached
from bot.core.policy import Allow, Ask
from bot.core.ports.files import SecretValuesPort
from bot.core.ports.finding import FindPort
from bot.core.ports.state import LiveRun
from bot.core.redact import Redactor
from bot.core.request import Place
from bot.core.session import Session
from bot.core.subject import MOST_MENTIONED, Subject, subject_of
from bot.core.target import Container, Found, Objects, things_of
from bot.core.units import show_duration
from bot.core.view import State, Status
from bot.pipeline.command import Command
from bot.pipeline.decide.break_glass import still_open, without_glass
from bot.pipeline.decide.finding import Finder
from bot.pipeline.desk.keyboard import typed_lines
from bot.pipeline.parts import Parts
from bot.pipeline.run.deliver import Delivery
from bot.pipeline.run.making import RunMaker
from bot.pipeline.run.results import Reading
from bot.pipeline.trail import Trail, told
from bot.runs import Run
from bot.together import alongside, together


class Running:
    """Carries out what policy, or people, have allowed."""

    def __init__(self, parts: Parts, finder: Finder) -> None:
        self._parts, self._finder = parts, finder

    async def carry_out(
        self, command: Command, place: Place, running: Status, found: Found, run: Run, note: str = ""
    ) -> tuple[State, str]:
        """To its end; how it ended, and what to say of it. Raises what the run raises.

        note: what there is to say of what was found.
        """
        verb = command.action.verb if command.action.layer is Layer.LOOK and not command.grant else ""
        engine = self._finder.engine(found.scope.context, command.visit, verb)
        maker = RunMaker(self._parts, command, place, engine)
        bench = Bench(engine, self._parts.now(), self._parts.limits, run, command.plan, maker)
        bench.require(command.action.verb, command.action.needs, command.action.instead)
        redactor, mentions = await self._redactor(found), lambda: self._mentions(engine)
        output = Reading(redactor, command.request.user, mentions, command.plan, bench.last_words, bench.unfinished)
        delivery = Delivery(
            self._parts, place, running, command.action, found, run, output, self._scannable(command, found)
        )
        limit = self._limit(command.action)
        outputs = self._outputs(command, found, bench, note)
        run.still = lambda: self._still(command, found)
        await self._begin_with(command, found, run)
        live = _live_run(command, found, run)
        ended = ""
        try:
            typing = run.pump(self._parts.limits.idle.total_seconds())
            async with asyncio.timeout(limit.total_seconds()) as time, aclosing(outputs), alongside(typing):
                await together(
                    remember(self._parts, command, place, found, ""),
                    self._parts.live.add(place, live),
                    delivery.take(outputs),
                )
            ended = delivery.summary
        except TimeoutError:
            if not time.expired():
                raise
            ended = f"the limit of {show_duration(limit.total_seconds())}"
            return "stopped", ended
        except BaseException as error:
            ended = str(error) or type(error).__name__
            raise
        finally:
            trail = Trail.of(self._parts, command.visit, command.text, typed(command.action))
            await trail.afterwards(
                trail.entry("ended", ended, reached(found, command.plan), bytes=delivery.bytes, exit=delivery.exit)
            )
            if not run.in_a_hurry:
                await self._unlisted(place, live)
                if delivery.kept:
                    await remember(self._parts, command, place, found, delivery.kept)
        return "done", delivery.summary

    async def _redactor(self, found: Found) -> Redactor:
        """What is hidden of this run's output: what always is, and what the found containers' own secrets are."""
        containers = [thing for thing in things_of(found) if isinstance(thing, Container)]
        secrets = self._parts.engines[found.scope.context].port(SecretValuesPort)
        values = await secrets.secret_values(containers) if secrets else []
        return self._parts.redactor.also((name for it in containers for name in it.secret_variables), values)

    def _mentions(self, engine: FindPort) -> Subject | None:
        things = list({id(thing): thing for thing in engine.mentioned}.values())
        if not things:
            return None
        about = Objects(engine.scope, tuple(things))
        return subject_of(about, self._parts.policy.labels, self._parts.redactor.text, MOST_MENTIONED)

    def _limit(self, action: Action) -> timedelta:
        limits = self._parts.limits
        if action.interactive:
            return limits.shell
        return limits.follow if action.endless else limits.longest

    async def _outputs(self, command: Command, found: Found, bench: Bench, note: str) -> AsyncGenerator[Output, None]:
        for said in (*command.action.warnings, *([note] if note else [])):
            yield Note(said, aside=True)
        async with aclosing(command.action.run(found, bench)) as outputs:
            async for output in outputs:
                yield output

    async def _begin_with(self, command: Command, found: Found, run: Run) -> None:
        """The line that opened somebody's shell is its first, and on record like any."""
        for line in typed_lines(command.first) if command.first else ():
            text = self._parts.redactor.command(f"$ {line}")
            trail = Trail.of(self._parts, command.visit, text, line)
            await trail.write(trail.entry("typed", found=found))
            run.lines.put_nowait(Typed(line))

    async def _unlisted(self, place: Place, live: LiveRun) -> None:
        try:
            await self._parts.live.remove(place, live.id)
        except CdebugError as error:
            self._parts.log.warning("still listed as live", id=live.id, why=str(error))

    def _scannable(self, command: Command, found: Found) -> Callable[[], None]:
        """Whether this command may also show what can't be scanned for secrets. Raises Denied where it may not."""

        def check() -> None:
            known = replace(command.circumstances, binary=True)
            decision = command.visit.decide(command.action.verb, found, known)
            if not isinstance(decision, Allow) and not (isinstance(decision, Ask) and command.glass_broken):
                raise Denied(
                    "this can't be scanned for secrets, so it is not shown", why=told(decision),
                    hint="Read a part of it as text.",
                )  # fmt: skip

        return check

    async def _still(self, command: Command, found: Found) -> bool:
        """Whether somebody could still begin what they have running: a role ends, a policy changes."""
        person = await self._parts.directory.person(command.request.team, command.request.user)
        channel = await self._parts.directory.channel(command.request.channel)
        if person.refusal:
            return False
        now = replace(command.visit, person=person, channel=channel)
        decision = now.decide(command.action.verb, found, command.circumstances)
        if isinstance(decision, Ask) and command.glass_broken:
            return still_open(now, found, command.plan)
        return isinstance(decision, Allow)


async def remember(parts: Parts, command: Command, place: Place, found: Found, kept: str) -> None:
    """The thread keeps the context that it began with, and the last thing that it was about."""
    session = await parts.sessions.session(place) if command.request.thread or kept else None
    home = session or Session(found.scope.context, found.scope.namespace or command.namespace)
    about = "" if command.action.takes.anew else _name(found)
    typed_again = "" if command.request.stdin else typed(without_glass(command.action))
    container, owner = _inside(command.action, found) if about else (home.container, home.owner)
    now = replace(
        home,
        target=about or home.target,
        container=container,
        owner=owner,
        command=typed_again,
        user=command.request.user,
        kept=kept or home.kept,
    )
    await parts.sessions.remember(place, now)


def _live_run(command: Command, found: Found, run: Run) -> LiveRun:
    return LiveRun(
        id=run.id,
        verb=command.action.verb,
        command=command.text,
        text=typed(without_glass(command.action)),
        user=command.request.user,
        found=found,
        votes=command.grant.votes if command.grant else 0,
        glass=command.glass_broken,
        plan=command.plan,
        shell=command.request.user if command.action.interactive else "",
    )


def _name(found: Found) -> str:
    """What a thread is about, as a target; nothing for none or several."""
    things = things_of(found)
    if len(things) != 1:
        return ""
    return things[0].name if isinstance(things[0], Container) else f"{things[0].kind}/{things[0].name}"


def _inside(action: Action, found: Found) -> tuple[str, str]:
    """The container that was named, and what made the thing."""
    owner = things_of(found)[0]
    return action.container, getattr(owner, "owner", "")
