"""What a run makes, for as long as it needs it: planned, written down, made, undone, and each of these on record.

A sweep undoes what a run could not: what has expired, and what is stuck.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC

from bot.core.audit import Entry
from bot.core.errors import CdebugError, Unsupported
from bot.core.ledger import MadeObject, MadeState
from bot.core.ports.engines import FindPort
from bot.core.ports.making import MakingPort
from bot.core.target import Container, NewObject
from bot.pipeline.command import Command
from bot.pipeline.parts import Parts

_UNDO_S = 20.0


@dataclass(frozen=True)
class RunMaker:
    """One run's. engine: the one that the plan is for."""

    parts: Parts
    command: Command
    engine: FindPort

    @asynccontextmanager
    async def made(self, thing: NewObject) -> AsyncIterator[Container]:
        """It exists while the block lasts. Raises what the engine raises, and Unavailable where it can't be written
        down: then nothing is made.
        """
        if not isinstance(self.engine, MakingPort):
            raise Unsupported("nothing can be made on", self.engine.scope)
        entry = self._entry(thing)
        await self.parts.ledger.intend(entry)
        try:
            container = await self.engine.make(thing, entry)
            entry = await self._moved(entry, "made")
            yield container
        finally:
            await undo(self.parts, self.engine, entry)

    def _entry(self, thing: NewObject) -> MadeObject:
        plan, request = self.command.plan, self.command.request
        if thing not in plan.creates or plan.ends_s <= 0:
            raise Unsupported("not made: it was not planned, or has no end:", thing)
        return MadeObject(
            id=self.parts.new_id(),
            command=request.id,
            context=thing.scope.context,
            namespace=thing.scope.namespace,
            kind=thing.kind,
            name=thing.name,
            team=request.team,
            user=request.user,
            channel=request.channel,
            thread=request.thread or request.message,
            verb=self.command.action.verb,
            expires=self.parts.now().timestamp() + plan.ends_s,
        )

    async def _moved(self, entry: MadeObject, state: MadeState) -> MadeObject:
        moved = replace(entry, state=state)
        await self.parts.ledger.move(entry, moved)
        await _record(self.parts, moved)
        return moved


async def undo(parts: Parts, engine: MakingPort, entry: MadeObject) -> None:
    """Remove it, and say so in the ledger; where that fails it is stuck, and the sweep tries again."""
    try:
        async with asyncio.timeout(_UNDO_S):
            await engine.unmake(entry)
        done = replace(entry, state="undone", why="")
    except (CdebugError, TimeoutError) as error:
        parts.log.warning("not removed", object=str(entry), id=entry.id, why=str(error))
        done = replace(entry, state="stuck", why=str(error)[:300])
    if done == entry:
        return
    try:
        await parts.ledger.move(entry, done)
    except CdebugError as error:  # its label is still there for the sweep, or it is gone
        parts.log.warning("not in the ledger", object=str(entry), id=entry.id, state=done.state, why=str(error))
    await _record(parts, done)


async def sweep(parts: Parts) -> None:
    """Undo all that is due, on every engine that can make things. Raises Unavailable where the ledger can't be read."""
    now = parts.now().timestamp()
    known = {entry.id: entry for entry in await parts.ledger.open()}
    for context, engine in parts.engines.items():
        if not isinstance(engine, MakingPort):
            continue
        try:
            labelled = {entry.id: entry for entry in await engine.made()}
        except CdebugError as error:
            parts.log.warning("what was made there is not known", context=context, why=str(error))
            continue
        written = {key: entry for key, entry in known.items() if entry.context == context}
        for entry in {**labelled, **written}.values():
            if entry.is_due(now):
                await undo(parts, engine, entry)


async def _record(parts: Parts, entry: MadeObject) -> None:
    if entry.state == "intended":  # the plan is on record: this is between the ledger and us
        return
    at = parts.now().astimezone(UTC).isoformat(timespec="milliseconds")
    detail = parts.redactor.text(f"{entry.kind} {entry}{f': {entry.why}' if entry.why else ''}")
    record = Entry(
        entry.state, at, entry.command, entry.team, entry.user, entry.channel, entry.thread, entry.verb, detail=detail
    )
    try:
        await parts.journal.write(record)
    except CdebugError as error:
        parts.log.error("not in the audit", why=str(error), event_=entry.state, id=entry.id)
