"""Undoing what was made and changed: at a run's end, once it has expired, and whatever a crash has left.

The ledger says what there is; where that was lost, what was made says so itself, in words that are signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.core.audit import Entry, Transition
from bot.core.errors import CdebugError, Unsupported
from bot.core.ledger import MadeObject, Sign
from bot.core.ports.changes import ChangesPort, Reverted
from bot.core.ports.finding import FindPort
from bot.core.ports.making import MakingPort
from bot.core.request import Place
from bot.core.target import Thing
from bot.core.view import NoteView
from bot.pipeline.parts import Parts
from bot.pipeline.trail import stamp, write_afterwards

_UNDO_S = 20.0
_WHY = 300
_LATE_S = 60.0  # a call that was given up can be carried out so much later
_REMEMBERED_S = 7 * 86_400.0  # as long as the ledger knows what was undone


async def undo(parts: Parts, engine: FindPort, entry: MadeObject, *, said_no: bool = True) -> MadeObject:
    """Remove it, or put back what was changed, and say so in the ledger; where that fails it is stuck, and the sweep
    tries again. What it is then.

    said_no: whether the engine refused what was only intended; else it may do it yet, for as long as calls take.
    """
    try:
        async with asyncio.timeout(_UNDO_S):
            reverted = await _unmake(engine, entry)
    except (CdebugError, TimeoutError) as error:
        parts.log.warning("not removed", object=str(entry), id=entry.id, why=str(error))
        return await _close(parts, entry, replace(entry, state="stuck", why=str(error)[:_WHY] or "it took too long"))
    if reverted.how == "nothing" and not said_no and parts.now().timestamp() < entry.expires + _LATE_S:
        return entry
    was_there = reverted.how != "nothing" or entry.state != "intended"
    return await _close(parts, entry, replace(entry, state="undone", why=reverted.why), was_there=was_there)


async def _close(parts: Parts, entry: MadeObject, done: MadeObject, *, was_there: bool = True) -> MadeObject:
    """In the ledger, and where it is news on record and in its thread."""
    if done == entry:
        return done
    try:
        moved = await parts.ledger.move(entry, done)
    except CdebugError as error:  # its label is still there for the sweep, or it is gone
        parts.log.warning("not in the ledger", object=str(entry), id=entry.id, state=done.state, why=str(error))
        return done
    if moved and was_there and done.state != entry.state:
        assert done.state != "intended"  # that is in the plan, which is on record
        await record(parts, done, done.state)
        await _tell(parts, done)
    return done


async def _unmake(engine: FindPort, entry: MadeObject) -> Reverted:
    """Raises Unsupported where the engine can't."""
    if entry.undo and (changes := engine.port(ChangesPort)):
        return await changes.revert(entry)
    if not entry.undo and (making := engine.port(MakingPort)):
        return Reverted("undone" if await making.unmake(entry) else "nothing")
    raise Unsupported("nothing can be undone on", engine.scope)


async def _tell(parts: Parts, entry: MadeObject) -> None:
    """What was changed for a while has another state now: its thread reads so."""
    if not entry.undo:
        return
    text = {
        "undone": f"`{entry.verb}` of `{entry}` is undone." if not entry.why else
        f"`{entry.verb}` of `{entry}` is not undone, and left as it is: {entry.why}.",
        "stuck": f"`{entry.verb}` of `{entry}` is not undone yet, and tried again each minute: {entry.why}.",
    }[entry.state]  # fmt: skip
    try:
        note = NoteView(parts.redactor.text(text))
        await parts.chat.post(Place(entry.team, entry.channel, entry.thread), note)
    except CdebugError as error:
        parts.log.warning("not told", object=str(entry), id=entry.id, why=str(error))


async def _undo_as_its_maker(parts: Parts, entry: MadeObject) -> None:
    """As the person for whom it was made: the bot itself may do nothing in a cluster."""
    engine = parts.engines[entry.context]
    try:
        person = await parts.directory.person(entry.team, entry.user)
        engine = engine.seen_by(person, lambda _: True)
    except CdebugError as error:
        parts.log.warning("who made it is not known", object=str(entry), id=entry.id, why=str(error))
        if entry.undo:  # what was changed for somebody is put back by nobody else's right
            await _close(parts, entry, replace(entry, state="stuck", why=str(error)[:_WHY]))
            return
    late = entry.undo and entry.state == "intended"
    await undo(parts, engine, entry, said_no=not late)


async def made_on(parts: Parts, engine: FindPort) -> list[tuple[Thing, MadeObject]]:
    """All that cdebug made or changed there, and says so itself, as far as it may be seen. Raises CdebugError."""
    return [*await _made(parts, engine), *await _changed(parts, engine)]


async def _made(parts: Parts, engine: FindPort) -> list[tuple[Thing, MadeObject]]:
    making = engine.port(MakingPort)
    found = await making.made() if making else []
    return [(thing, entry) for thing, entry in found if entry.is_ours(signer(parts))]


async def _changed(parts: Parts, engine: FindPort) -> list[tuple[Thing, MadeObject]]:
    changes = engine.port(ChangesPort)
    if changes is None:
        return []
    namespaces = {it.namespace for it in await parts.ledger.open() if it.context == engine.scope.context}
    found = [it for it in await changes.changed(namespaces) if it[1].is_ours(signer(parts))]
    return [(thing, entry) for thing, entry in found if await _is_open(parts, entry)]


async def _is_open(parts: Parts, entry: MadeObject) -> bool:
    """Whether a change is still to be undone: a mark that is put back later means nothing."""
    if entry.expires + _REMEMBERED_S < parts.now().timestamp():
        return False
    written = await parts.ledger.get(entry.id)
    return written is None or written.state != "undone"


async def undo_due(parts: Parts) -> None:
    """Undo what has expired by the ledger, soon after it has; `sweep` goes on with what is stuck, or isn't in it.

    Raises Unavailable where it can't be read.
    """
    now = parts.now().timestamp()
    for entry in await parts.ledger.open():
        if entry.expires <= now and entry.state != "stuck" and entry.context in parts.engines:
            await _undo_as_its_maker(parts, entry)


async def sweep(parts: Parts) -> None:
    """Undo all that is due, on every engine that can make things. Raises Unavailable where the ledger can't be read."""
    known = {entry.id: entry for entry in await parts.ledger.open()}
    for entry in known.values():
        if entry.context not in parts.engines:
            parts.log.warning("what was made there can't be reached", object=str(entry), id=entry.id)
    for context, engine in parts.engines.items():
        await _sweep(parts, context, engine, known)


async def _sweep(parts: Parts, context: str, engine: FindPort, known: Mapping[str, MadeObject]) -> None:
    now = parts.now().timestamp()
    for entry in known.values():
        if entry.context == context and entry.is_due(now):
            await _undo_as_its_maker(parts, entry)
    try:
        labelled = await _made(parts, engine)  # what was changed is found by whoever may list it: the bot may not
    except CdebugError as error:
        parts.log.warning("what was made there is not known", context=context, why=str(error))
        return
    for _, entry in labelled:
        if entry.id in known:
            continue
        written = await parts.ledger.get(entry.id)
        came_late = written is not None and written.state == "undone"  # the engine went on after we gave up
        if came_late or entry.is_due(now):
            await parts.ledger.intend(entry)
            await _undo_as_its_maker(parts, entry)


def signer(parts: Parts) -> Sign:
    """What seals labels: a mac with the audit's key."""
    return lambda text: parts.fingerprint(text, "made")


async def record(parts: Parts, entry: MadeObject, event: Transition) -> None:
    detail = parts.redactor.text(f"{entry.kind} {entry}{f': {entry.why}' if entry.why else ''}")
    record = Entry(
        event,
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
