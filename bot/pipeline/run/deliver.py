"""From what a verb says to messages: cleaned, redacted, sieved, kept, shown.

What is quick is one message when it is finished. What takes longer is shown as it comes, in one
message that is edited; lines that scroll by between two edits are counted and kept on the shelf.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

from bot.core.action import Action
from bot.core.errors import CdebugError
from bot.core.output import Card, Chart, Exit, File, Lines, Note, Output, Progress, Table
from bot.core.request import Place
from bot.core.target import Found
from bot.core.units import show_bytes
from bot.core.view import NoteView, Status
from bot.pipeline.parts import Parts
from bot.pipeline.run.rendering import hidden_note
from bot.pipeline.run.results import CardResult, Reading, Result, TableResult, TextResult
from bot.pipeline.run.scanning import scan
from bot.runs import Run
from bot.together import together

_FIRST_LOOK_S = 0.7
_EDIT_EVERY_S = 1.5
_STOPPING_S = 4.0


class Delivery:
    """One run's output on its way to one thread. `kept` is the last result's id, `summary` what came of it."""

    def __init__(
        self,
        parts: Parts,
        place: Place,
        running: Status,
        action: Action,
        found: Found,
        run: Run,
        output: Reading,
        allow_binary: Callable[[], None],
    ) -> None:
        """output: what is known of it. allow_binary: raises Denied where what can't be scanned is refused."""
        self._parts, self._place, self._running, self._action, self._found = parts, place, running, action, found
        self._redactor, self._output = output.redactor, output
        self._common = (parts, place, found, action, output)
        self._run, self._allow_binary = run, allow_binary
        self._result: Result | None = None
        self._notes: list[str] = []
        self._rows: list[int] = []  # of each table
        self._answered = False
        self._begun: Lines | None = None
        self._ended = asyncio.Event()
        self._drawing = asyncio.Lock()
        self.kept = ""
        self.summary = ""
        self.bytes = 0
        self.exit: int | None = None

    async def take(self, outputs: AsyncGenerator[Output, None]) -> None:
        """Everything, to the end. Raises what the run raises, after what came before it was shown."""
        await together(self._show_as_it_comes(), self._drain(outputs))
        if not self._answered:
            await self._say(" ".join((*self._notes, self._action.nothing)))

    async def _drain(self, outputs: AsyncGenerator[Output, None]) -> None:
        try:
            async for output in outputs:
                await self._take(output)
        except asyncio.CancelledError:
            await outputs.aclose()  # it ends what it started, and says so
            await self._finish_quietly(self._output.last_words)
            raise
        except CdebugError:
            await self._finish_quietly()
            raise
        finally:
            self._ended.set()
        await self._finish_in_turn(last=True)

    async def _finish_in_turn(self, *, last: bool = False) -> None:
        async with self._drawing:  # it may be posting: the message's ts is needed
            await self._finish(last=last)

    async def _finish_quietly(self, last_words: Sequence[Output] = ()) -> None:
        """What was said before a run was stopped stays; that it can't be shown must not hide the stop."""
        if self._run.in_a_hurry:
            return
        try:
            async with asyncio.timeout(_STOPPING_S):
                for output in last_words:
                    await self._take(output)
                await self._finish_in_turn()
        except (CdebugError, TimeoutError) as error:
            self._parts.log.warning("the last of a stopped run was not shown", why=str(error))

    async def _take(self, output: Output) -> None:
        if isinstance(output, Lines):
            self.bytes += 0 if output.lead else len(output.data)
            await (await self._text()).push(output)
        elif isinstance(output, Note):
            self._notes += [output.text] if output.text else []
            self._answered |= not output.aside
        elif isinstance(output, Exit):
            await self._end(output)
        elif isinstance(output, Progress):
            await self._parts.chat.settle(self._place, self._running.with_detail(output.text))
        else:
            async with self._drawing:
                await self._finish()
                await self._begin(output)

    async def _text(self) -> TextResult:
        """The text that is being shown, or a new one."""
        if isinstance(self._result, TextResult):
            return self._result
        async with self._drawing:
            if not isinstance(self._result, TextResult):  # what is shown of a line without an end may have begun it
                await self._finish()
                self._result = TextResult(*self._common)
            return self._result

    async def _begin(self, output: Table | Card | Chart | File) -> None:
        if isinstance(output, Table):
            self._result = TableResult(*self._common, output)
        elif isinstance(output, Card):
            self._result = CardResult(*self._common, output)
        else:
            self._answered = True
            if isinstance(output, Chart):
                await self._parts.chat.draw(self._place, self._redacted(output))
            else:
                await self._upload(output)

    def _redacted(self, chart: Chart) -> Chart:
        text = self._redactor.text
        panels = [replace(it, series={text(name): points for name, points in it.series.items()}) for it in chart.panels]
        return replace(chart, title=text(chart.title), panels=panels)

    async def _upload(self, file: File) -> None:
        scanned = await scan(file, self._redactor, self._parts.limits.file)
        if scanned.binary:
            self._allow_binary()
            few = ", ".join(f"`{name}`" for name in scanned.binary[:5])
            more = f" and {len(scanned.binary) - 5} more" if len(scanned.binary) > 5 else ""
            self._notes.append(f"Not scanned for secrets, because it is not text: {few}{more}.")
        if scanned.hidden:
            self._notes.append(f"{hidden_note(scanned.hidden)} in it.")
        name = self._redactor.text(file.name)
        self.bytes += len(scanned.file.data)
        await self._parts.chat.upload(self._place, name, scanned.file.data, name)
        self.summary = f"{name}, {show_bytes(len(scanned.file.data))}"

    async def _end(self, end: Exit) -> None:
        """A process ended: its output is complete, and what its status means is said where that helps."""
        self.exit = end.status
        said = f"exit status {end.status}" + (f": {end.meaning}" if end.status and end.meaning else "")
        self._notes.append(said)
        await self._finish_in_turn()
        self._answered = True
        self.summary = said if not end.status else f"exit status {end.status}"

    async def _finish(self, *, last: bool = False) -> None:
        """The present result is complete: show it whole, keep it. last: nothing follows; what is said beside an answer
        is then said with the word that there is none.
        """
        result, self._result = self._result, None
        if result is None:
            if self._notes and (self._answered or not last):
                await self._say(" ".join(self._notes))
            return
        notes, self._notes = tuple(self._notes), []
        if await result.finish(notes):
            self.kept, self.summary, self._answered = result.id, result.summary, True
            if isinstance(result, TableResult):
                self._rows.append(result.total)
                if len(self._rows) > 1:
                    self.summary = f"{sum(self._rows):,} rows in {len(self._rows)} tables"
        else:  # nothing of it was to be shown
            self._notes = list(notes)

    async def _say(self, text: str) -> None:
        self._notes = []
        await self._parts.chat.post(self._place, NoteView(self._redactor.text(text)))

    async def _show_live(self) -> None:
        """An edit that fails is tried again at the next round: the reading goes on."""
        try:
            unfinished = self._stayed()
            if unfinished and self._result is None and not self._notes:
                self._result = TextResult(*self._common)
            if isinstance(self._result, TextResult):
                await self._result.show_live(unfinished)
            elif self._result is None and self._notes:
                await self._say(" ".join(self._notes))
        except CdebugError as error:
            self._parts.log.warning("not shown yet", why=str(error))

    def _stayed(self) -> Lines | None:
        """The line that its program hasn't ended, where it is as it was a moment ago: one that is being written may end
        in half a secret. Of one that is written over, what was whole.
        """
        before, self._begun = self._begun, self._output.unfinished.look()
        if self._begun is None or self._begun == before:
            return self._begun
        over = self._begun.data.rfind(b"\r")
        return replace(self._begun, data=self._begun.data[:over] + b"\n") if over > 0 else None

    async def _show_as_it_comes(self) -> None:
        wait_s = _FIRST_LOOK_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._ended.wait()
                return
            async with self._drawing:
                await self._show_live()
            wait_s = _EDIT_EVERY_S
