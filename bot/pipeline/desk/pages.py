"""Kept output, looked at again: older, newer, filter, save, grep. The engine isn't asked.

What is kept was redacted first, so a pattern can't find what is hidden. Policy decides again, as the
person who looks now, in the channel where it is read.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.acts import FilterForm, ResultPress, TypedCommand
from bot.core.errors import Denied, NotFound
from bot.core.pattern import compile_pattern
from bot.core.policy import MOST_APPROVALS, Allow, Circumstances
from bot.core.ports.state import StoredResult, Window
from bot.core.request import Place
from bot.core.target import as_it_is_now
from bot.core.text import sieve
from bot.core.view import Form, NoteView, View
from bot.core.window import cut
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.run.rendering import Edge, as_file, buttons, readable, window_view
from bot.pipeline.trail import Trail, told


def _gone() -> NotFound:
    return NotFound("this result has expired: cdebug keeps results for a day", hint="`again` runs the command again.")


def filter_form(window: Window) -> Form:
    """Which lines to show."""
    return Form(
        "Filter", "Show only lines in which this is found",
        "A pattern (RE2), as timeout|refused. Empty shows all again.", FilterForm(window.id, window.pattern),
    )  # fmt: skip


class Pages:
    """Each turn reads what it needs from the shelf: any replica can do it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def turn(self, visit: Visit, act: ResultPress | FilterForm) -> None:
        """A button press or a filter. Raises NotFound when the result is gone, Denied as policy says."""
        window, kept = await self._load(act.window, visit.request.channel)
        await self._decide(visit, kept)
        match act:
            case FilterForm(_, pattern):
                await self._filter(window, pattern)
            case ResultPress("filter"):
                await self._parts.chat.show_modal(visit.request, filter_form(window))
            case ResultPress("save"):
                await as_file(self._parts, window.place, kept)
            case ResultPress("older") if window.first > 0:  # of two quick presses the second may have nowhere to go
                await self._show(replace(window, last=window.first), kept, "end")
            case ResultPress("newer") if window.last < kept.lines:
                await self._show(replace(window, first=window.last), kept, "start")

    async def grep(self, visit: Visit, place: Place, kept_id: str, pattern: str) -> None:
        """A new message with the lines of a kept result that hold a pattern."""
        kept = await self._parts.shelf.get(kept_id)
        if kept is None:
            raise _gone()
        await self._decide(visit, kept)
        window = Window(self._parts.new_id(), kept_id, kept_id, 0, 0, "", place, "")
        await self._filter(window, pattern)

    async def save(self, visit: Visit, place: Place, kept_id: str) -> None:
        """A kept result as a file."""
        kept = await self._parts.shelf.get(kept_id)
        if kept is None:
            raise _gone()
        await self._decide(visit, kept)
        await as_file(self._parts, place, kept)

    async def _load(self, window_id: str, channel: str) -> tuple[Window, StoredResult]:
        window = await self._parts.shelf.window(window_id)
        kept = await self._parts.shelf.get(window.kept) if window else None
        if window is None or kept is None or window.place.channel != channel:
            raise _gone()
        return window, kept

    async def _decide(self, visit: Visit, kept: StoredResult) -> None:
        """Reading again what was shown is reading; that it was read is on record. Raises Denied."""
        engine = self._parts.engines.get(kept.found.scope.context)
        if engine is None:
            raise _gone()
        found = as_it_is_now(kept.found, engine.scope)
        hidden = not visit.sees(found)
        if hidden or not self._sees_mentions(visit, kept):
            raise _gone()
        known = Circumstances(MOST_APPROVALS, plan=kept.plan)
        decision = visit.decide(kept.verb, found, known)
        act = visit.request.act
        words = self._parts.redactor.text(act.words) if isinstance(act, TypedCommand) else act.word
        trail = Trail.of(self._parts, visit, words)
        if not isinstance(decision, Allow):
            await trail.write(trail.entry("refused", f"{kept.title}: {told(decision)}", found))
            denied = Denied("you may not read this result", why=getattr(decision, "why", ""), hint="Ask a responder.")
            denied.recorded = True
            raise denied
        await trail.write(trail.entry("read", f"{kept.verb} of {kept.title}", found))

    def _sees_mentions(self, visit: Visit, kept: StoredResult) -> bool:
        """Whether nobody's name is in it that doesn't exist for this person."""
        if kept.mentions is None:
            return True
        whole = kept.mentions.is_whole(self._parts.policy.labels) or visit.person.user == kept.user
        return whole and visit.sees(kept.mentions.found)

    async def _filter(self, window: Window, pattern: str) -> None:
        whole = await self._parts.shelf.get(window.whole)
        if whole is None:
            raise _gone()
        kept = await self._sieved(whole, pattern) if pattern else whole
        edge: Edge = "end" if kept.shows_end else "start"
        at = (kept.lines, kept.lines) if kept.shows_end else (0, 0)
        await self._show(replace(window, kept=kept.id, pattern=pattern, first=at[0], last=at[1]), kept, edge)

    async def _sieved(self, whole: StoredResult, pattern: str) -> StoredResult:
        """The matching lines, kept as a result of their own, so that pages of them are pages like any."""
        compiled = compile_pattern(pattern)
        kept = replace(whole, id=self._parts.new_id(), name=f"{whole.name}-filtered", lines=0, dropped=0, notes=())
        lines = 0
        async for block in self._parts.shelf.blocks(whole.id):
            found = await asyncio.to_thread(sieve, compiled, block)
            if found:
                lines += found.count(b"\n")
                await self._parts.shelf.append(kept.id, found)
        kept = replace(kept, lines=lines)
        await self._parts.shelf.finish(kept)
        return kept

    async def _show(self, window: Window, kept: StoredResult, edge: Edge) -> None:
        room = self._parts.chat.room
        most = room.rows if kept.columns else room.lines
        if edge == "end":
            first, last = max(0, window.last - most), window.last
        else:
            first, last = window.first, min(kept.lines, window.first + most)
        lines = await self._parts.shelf.read(kept.id, first, last)
        pattern = self._parts.redactor.text(window.pattern)
        notes = (f"filter: {pattern}", *kept.notes) if pattern else kept.notes
        if not lines:
            text = f"No line matches `{pattern}`." if pattern else "Nothing is there."
            await self._put(window, NoteView(text, buttons(window.id)))
            return
        texts = [line.decode() if kept.columns else readable(cut(line), room) for line in lines]
        view = window_view(kept.title, kept.columns, texts, first, kept.lines, room, edge, notes, window.id)
        count = len(view.rows) if hasattr(view, "rows") else len(view.lines)
        await self._put(replace(window, first=view.first, last=view.first + count), view)

    async def _put(self, window: Window, view: View) -> None:
        if window.message:
            await self._parts.chat.edit(window.place, window.message, view)
        else:
            window = replace(window, message=await self._parts.chat.post(window.place, view))
        await self._parts.shelf.put_window(window)
