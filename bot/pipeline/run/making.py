"""What a run makes, for as long as it needs it, and what it changes: planned, written down, done, and on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.core.errors import CdebugError, NotRunning, Unavailable, Unsupported
from bot.core.ledger import MadeObject
from bot.core.plan import Change, undo_of
from bot.core.ports.changes import ChangesPort
from bot.core.ports.finding import FindPort
from bot.core.ports.making import MakingPort
from bot.core.request import Place
from bot.core.target import Container, NewObject, Thing
from bot.pipeline.command import Command
from bot.pipeline.parts import Parts
from bot.pipeline.run.undoing import record, signer, undo
from bot.together import to_the_end


@dataclass(frozen=True)
class RunMaker:
    """One run's, in its thread. engine: the one that the plan is for."""

    parts: Parts
    command: Command
    place: Place
    engine: FindPort
    used: list[NewObject | Change] = field(default_factory=list)

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
            await record(self.parts, entry, "made")
            stays = thing.stays
            yield container
        finally:
            if not stays:
                await to_the_end(undo(self.parts, self.engine, entry))

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

    async def change(self, change: Change) -> None:
        """It stays, or is undone at the plan's end. Raises what the engine raises, and Unavailable where what is to be
        undone can't be written down: then nothing is changed.
        """
        engine = self.engine.port(ChangesPort)
        if engine is None:
            raise Unsupported("nothing can be changed on", self.engine.scope)
        self._use(change, change.thing, self.command.plan.patches)
        if self.command.plan.ends_s <= 0:
            await to_the_end(self._change_for_good(engine, change))  # stopped half-way, nobody would know
            return
        entry = replace(self._new_entry(change.thing), undo=undo_of(change)).sealed(signer(self.parts))
        await self.parts.ledger.intend(entry)
        try:
            await to_the_end(engine.change(change, entry))
            intended, entry = entry, replace(entry, state="made")
            if not await self.parts.ledger.move(intended, entry):
                raise NotRunning("its time was over before it was changed:", change.thing)
            await record(self.parts, replace(entry, why=_places(change)), "changed")
        except BaseException as error:
            said_no = not isinstance(error, Unavailable)  # else it may come yet
            await to_the_end(undo(self.parts, self.engine, entry, said_no=said_no))
            raise

    async def _change_for_good(self, engine: ChangesPort, change: Change) -> None:
        places = _places(change)
        try:
            await engine.change(change, None)
        except Unavailable:
            places = f"{places}; whether it was done is not known"
            raise
        except CdebugError:
            places = ""
            raise
        finally:
            if places:
                await record(self.parts, replace(self._new_entry(change.thing), why=places), "changed")

    def _use(self, planned: NewObject | Change, thing: Thing, among: Iterable[NewObject | Change]) -> None:
        """What was planned once is made once. Raises Unsupported for what wasn't planned, or for another context."""
        if planned not in among or planned in self.used:
            raise Unsupported("not done: it was not planned:", thing)
        if thing.scope.context != self.engine.scope.context:
            raise Unsupported("not done: it was planned for another context:", thing)
        self.used.append(planned)

    def _entry(self, thing: NewObject) -> MadeObject:
        if self.command.plan.ends_s <= 0:
            raise Unsupported("not made: it has no end:", thing)
        self._use(thing, thing, self.command.plan.creates)
        return self._new_entry(thing).sealed(signer(self.parts))

    def _new_entry(self, thing: Thing) -> MadeObject:
        plan, request = self.command.plan, self.command.request
        return MadeObject(
            id=self.parts.new_id(),
            command=request.id,
            context=thing.scope.context,
            namespace=thing.scope.namespace,
            kind=thing.kind,
            name=thing.full_name if isinstance(thing, NewObject) else thing.name,
            team=request.team,
            user=request.user,
            channel=request.channel,
            thread=self.place.thread,
            verb=self.command.action.verb,
            expires=self.parts.now().timestamp() + plan.ends_s,
        )


def _places(change: Change) -> str:
    """Which ones were changed; not what stood there."""
    return ", ".join(str(edit) for edit in change.effects)
