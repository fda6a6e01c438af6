"""What a run makes, for as long as it needs it: planned, written down, made, undone, and each of these on record.

A sweep undoes what a run could not: what has expired, and what is stuck.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.core.audit import Entry
from bot.core.errors import CdebugError, NotRunning, Unsupported
from bot.core.ledger import MadeObject, Sign
from bot.core.ports.finding import FindPort
from bot.core.ports.making import MakingPort
from bot.core.target import Container, NewObject
from bot.pipeline.command import Command
from bot.pipeline.parts import Parts
from bot.pipeline.trail import stamp, write_afterwards
from bot.together import to_the_end

_UNDO_S = 20.0
_WHY = 300


@dataclass(frozen=True)
class RunMaker:
    """One run's. engine: the one that the plan is for."""

    parts: Parts
    command: Command
    engine: FindPort
    used: list[NewObject] = field(default_factory=list)

    @asynccontextmanager
    async def made(self, thing: NewObject) -> AsyncIterator[Container]:
        """It exists while the block lasts. Raises what the engine raises, and Unavailable where it can't be written
        down: then nothing is made.
        """
        engine = self.engine.port(MakingPort)
        if engine is None:
            raise Unsupported("nothing can be made on", self.engine.scope)
        entry = self._entry(thing)
        if thing.stays and (container := await self._standing(engine, thing)):
            yield container
            return
        if self.command.grant and self.command.grant.again:
            raise NotRunning("it has ended meanwhile:", thing, hint="Send the command again: it is asked for anew.")
        await self.parts.ledger.intend(entry)
        stays = False
        try:
            try:
                container = await engine.make(thing, entry)
            except NotRunning:
                there = await self._standing(engine, thing) if thing.stays else None
                if there is None:
                    raise
                yield there  # somebody was quicker
                return
            intended, entry = entry, replace(entry, state="made")
            await self.parts.ledger.move(intended, entry)
            await _record(self.parts, entry)
            stays = thing.stays
            yield container
        finally:
            if not stays:
                await to_the_end(undo(self.parts, engine, entry))

    async def _standing(self, engine: MakingPort, thing: NewObject) -> Container | None:
        """What an earlier command made of the same plan. Raises NotRunning where what has its name is not cdebug's, or
        is about to be removed.
        """
        found = await engine.standing(thing)
        if found is None:
            return None
        container, entry = found
        if not entry.is_ours(signer(self.parts)):
            raise NotRunning("cannot use", thing, why="something that cdebug did not make has its name")
        if entry.is_due(self.parts.now().timestamp()):
            raise NotRunning("cannot use", thing, why="its time is over", hint="Try again in a minute.")
        return container

    def _entry(self, thing: NewObject) -> MadeObject:
        plan, request = self.command.plan, self.command.request
        if thing not in plan.creates or thing in self.used or plan.ends_s <= 0:
            raise Unsupported("not made: it was not planned, or has no end:", thing)
        if thing.scope.context != self.engine.scope.context:
            raise Unsupported("not made: it was planned for another context:", thing)
        self.used.append(thing)  # what was planned once is made once
        entry = MadeObject(
            id=self.parts.new_id(),
            command=request.id,
            context=thing.scope.context,
            namespace=thing.scope.namespace,
            kind=thing.kind,
            name=thing.full_name,
            team=request.team,
            user=request.user,
            channel=request.channel,
            thread=request.thread or request.message,
            verb=self.command.action.verb,
            expires=self.parts.now().timestamp() + plan.ends_s,
        )
        return entry.sealed(signer(self.parts))


async def undo(parts: Parts, engine: MakingPort, entry: MadeObject) -> MadeObject:
    """Remove it, and say so in the ledger; where that fails it is stuck, and the sweep tries again. What it is then."""
    removed = False
    try:
        async with asyncio.timeout(_UNDO_S):
            removed = await engine.unmake(entry)
        done = replace(entry, state="undone", why="")
    except (CdebugError, TimeoutError) as error:
        parts.log.warning("not removed", object=str(entry), id=entry.id, why=str(error))
        done = replace(entry, state="stuck", why=str(error)[:_WHY] or "it took too long")
    if done == entry:
        return done
    try:
        moved = await parts.ledger.move(entry, done)
    except CdebugError as error:  # its label is still there for the sweep, or it is gone
        parts.log.warning("not in the ledger", object=str(entry), id=entry.id, state=done.state, why=str(error))
        return done
    if moved and (removed or entry.state != "intended" or done.state == "stuck"):  # else nothing was ever there
        await _record(parts, done)
    return done


async def _hands(parts: Parts, entry: MadeObject) -> MakingPort | None:
    """The part that removes it, as the person for whom it was made: the bot itself may do nothing in a cluster."""
    engine = parts.engines[entry.context]
    try:
        person = await parts.directory.person(entry.team, entry.user)
    except CdebugError as error:
        parts.log.warning("who made it is not known", object=str(entry), id=entry.id, why=str(error))
        return engine.port(MakingPort)
    return engine.seen_by(person, lambda _: True).port(MakingPort)


async def _undo_as_its_maker(parts: Parts, entry: MadeObject) -> None:
    if hands := await _hands(parts, entry):
        await undo(parts, hands, entry)


async def sweep(parts: Parts) -> None:
    """Undo all that is due, on every engine that can make things. Raises Unavailable where the ledger can't be read."""
    known = {entry.id: entry for entry in await parts.ledger.open()}
    for entry in known.values():
        if entry.context not in parts.engines:
            parts.log.warning("what was made there can't be reached", object=str(entry), id=entry.id)
    for context, engine in parts.engines.items():
        if maker := engine.port(MakingPort):
            await _sweep(parts, context, maker, known)


async def _sweep(parts: Parts, context: str, engine: MakingPort, known: Mapping[str, MadeObject]) -> None:
    now = parts.now().timestamp()
    for entry in known.values():
        if entry.context == context and entry.is_due(now):
            await _undo_as_its_maker(parts, entry)
    try:
        labelled = await engine.made()
    except CdebugError as error:
        parts.log.warning("what was made there is not known", context=context, why=str(error))
        return
    for _, entry in labelled:
        if entry.id in known or not entry.is_ours(signer(parts)):
            continue
        written = await parts.ledger.get(entry.id)
        came_late = written is not None and written.state == "undone"  # the engine went on after we gave up
        if came_late or entry.is_due(now):
            await parts.ledger.intend(entry)
            await _undo_as_its_maker(parts, entry)


def signer(parts: Parts) -> Sign:
    """What seals labels: a mac with the audit's key."""
    return lambda text: parts.fingerprint(text, "made")


async def _record(parts: Parts, entry: MadeObject) -> None:
    assert entry.state != "intended"  # what is only intended is in the plan, which is on record
    detail = parts.redactor.text(f"{entry.kind} {entry}{f': {entry.why}' if entry.why else ''}")
    record = Entry(
        entry.state,
        stamp(parts),
        entry.command,
        entry.team,
        entry.user,
        entry.channel,
        entry.thread,
        entry.verb,
        detail=detail,
    )
    await write_afterwards(parts, record)
