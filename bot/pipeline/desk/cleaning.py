"""What cdebug made, as somebody may know of it: listed, and removed for them.

The engines are asked, and not the ledger: what was made is there whether or not that is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.effect import CleanUp
from bot.core.errors import CdebugError, Denied, NotFound, UsageError
from bot.core.kinds import kind_of
from bot.core.ledger import MadeObject
from bot.core.ports.finding import FindPort
from bot.core.said import Said, clock_time, mention
from bot.core.spelling import quoted
from bot.core.target import Thing
from bot.pipeline.decide.finding import Finder
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.run.undoing import made_on, undo
from bot.together import gather

_SHOWN = 30


@dataclass(frozen=True)
class _There:
    """Something that is there, and the engine, as the asker, that has it."""

    thing: Thing
    entry: MadeObject
    engine: FindPort

    def is_called(self, name: str) -> bool:
        """As it is listed, or shorter; a kind by any of its words."""
        kind, slash, last = name.rpartition("/")
        kind = kind_of(kind) or kind
        full = f"{self.entry.kind}/{self.entry.name}"
        names = {self.entry.name, full, f"{self.entry.namespace}/{full}", getattr(self.thing, "container", "")}
        return bool(name) and (name == str(self.entry) or f"{kind}{slash}{last}" in names)


class Cleaning:
    """Each answer is one message, for the asker alone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._finder = Finder(parts)

    async def clean(self, visit: Visit, wanted: CleanUp) -> Said:
        """Raises NotFound for a name that isn't there, Denied for what isn't theirs to remove: then nothing is."""
        asked = await gather(self._made(visit, context) for context in sorted(self._parts.engines))
        there = [it for found, _ in asked for it in found]
        silent = [context for _, context in asked if context]
        if not wanted.names and not wanted.mine:
            return self._listed(there, silent)
        chosen = (
            [it for it in there if self._is_own(visit, it)]
            if wanted.mine
            else self._named(visit, wanted, there, silent)
        )
        ended = [await self._remove(it) for it in chosen]
        stuck = [str(it) for it in ended if it.state == "stuck"]
        left = [f"`{it}`: {it.why}" for it in ended if it.state == "undone" and it.why]
        removed = len(chosen) - len(stuck) - len(left)
        said = f"{removed} removed." if chosen else "Nothing of yours is there."
        said += f" Left as it is: {'; '.join(left)}." if left else ""
        said += f" Not yet, and tried again each minute: {', '.join(stuck)}." if stuck else ""
        return f"{said} {_unasked(silent).capitalize()}." if silent and wanted.mine else said

    async def _made(self, visit: Visit, context: str) -> tuple[list[_There], str]:
        """What is there, and the context's name where it can't be asked."""
        engine = self._finder.engine(context, visit)
        try:
            made = await made_on(self._parts, engine)
        except CdebugError:
            return [], context
        return [_There(it, entry, engine) for it, entry in made], ""

    def _named(self, visit: Visit, wanted: CleanUp, there: list[_There], silent: list[str]) -> list[_There]:
        chosen = []
        for name in wanted.names:
            found = [it for it in there if it.is_called(name)]
            if not found:
                raise NotFound(
                    "cdebug made nothing that is called", name[:80], why=_unasked(silent),
                    hint="`clean` lists what is there.",
                )  # fmt: skip
            if len(found) > 1:
                raise UsageError(f"{len(found)} are called", name[:80], hint="Name it as `clean` lists it.")
            chosen += found
        for it in chosen:
            if not self._is_own(visit, it) and not visit.may("approve", it.thing):
                raise Denied(
                    "not yours to remove:", it.entry, why="it was made for somebody else",
                    hint="They can, and so can whoever may approve it.",
                )  # fmt: skip
        return chosen

    @staticmethod
    def _is_own(visit: Visit, it: _There) -> bool:
        return (it.entry.team, it.entry.user) == (visit.person.team, visit.person.user)

    async def _remove(self, it: _There) -> MadeObject:
        """It is in the ledger first, also where that was lost. Raises Unavailable."""
        entry = await self._parts.ledger.get(it.entry.id)
        if entry is None or entry.state == "undone":
            entry = it.entry
            await self._parts.ledger.intend(entry)
        return await undo(self._parts, it.engine, entry)

    def _listed(self, there: list[_There], silent: list[str]) -> Said:
        lines = [_row(it.entry) for it in there[:_SHOWN]]
        if len(there) > _SHOWN:
            lines.append((f"… and {len(there) - _SHOWN} more.",))
        if silent:
            lines.append((f"{_unasked(silent).capitalize()}.",))
        said = tuple(part for line in lines for part in (*line, "\n"))
        return said[:-1] or "Nothing that cdebug made is there."


def _row(entry: MadeObject) -> tuple[str, ...]:
    until = clock_time(datetime.fromtimestamp(entry.expires, UTC))
    return (f"`{quoted(str(entry))}` by `{entry.verb}` for ", mention(entry.user), " until ", until)


def _unasked(silent: list[str]) -> str:
    """Of engines that may have some; nothing where all answered."""
    return f"these don't answer, and may have some: {', '.join(f'`{name}`' for name in silent)}" if silent else ""
