"""One result: a text, a table or a card, from the verb's values to a message and the shelf."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.core.action import Action
from bot.core.acts import ResultPress
from bot.core.bench import Unfinished
from bot.core.output import Card, Lines, Output, Stream, Table
from bot.core.pattern import compile_pattern
from bot.core.plan import Plan
from bot.core.ports.state import StoredResult, Window
from bot.core.redact import HIDDEN, Redactor, Scrubber, is_secret_header
from bot.core.request import Place
from bot.core.subject import Subject
from bot.core.target import Found, Objects, Scope
from bot.core.text import clean, is_prompt, mark_stderr, sieve, under_name
from bot.core.view import Button, CardView, TextView, View
from bot.core.window import BlockLines, FirstLines, LastLines, cut
from bot.pipeline.parts import Parts
from bot.pipeline.run.rendering import Edge, as_file, file_name, hidden_note, readable, row_line, window_view
from bot.together import aside

_BLOCK = 256 * 1024
_CELL = 64  # bytes that a cell is taken to have


def title_of(found: Found) -> str:
    """What a result is about, in one name."""
    if isinstance(found, Objects) and len(found.items) == 1:
        return str(found.items[0])
    return str(found.scope if isinstance(found, Objects | Scope) else found)


@dataclass(frozen=True)
class Reading:
    """What is known of a run's output: what hides its secrets, who asked for it, whom else it mentions by now, what was
    planned for it, what there is to say once it was stopped, and the line that its program hasn't ended.
    """

    redactor: Redactor
    user: str
    mentions: Callable[[], Subject | None]
    plan: Plan
    last_words: list[Output]
    unfinished: Unfinished


class Result:
    """What the three kinds share: an id on the shelf and a message in the thread."""

    def __init__(self, parts: Parts, place: Place, found: Found, action: Action, output: Reading) -> None:
        self._parts, self._place, self._found, self._action = parts, place, found, action
        self._redactor, self._output = output.redactor, output
        self._title = self._redactor.text(title_of(found))
        self.id = parts.new_id()
        self._window = parts.new_id()
        self._message = ""
        self._hidden = 0
        self.summary = ""

    async def finish(self, notes: tuple[str, ...]) -> bool:
        """Show and keep it; False where there was nothing."""
        raise NotImplementedError

    def _text(self, text: str) -> str:
        block = text.encode("utf-8", "replace")
        if block.isascii() and not self._redactor.is_suspect(block) and text.isprintable():
            return text
        shown, count = self._redactor.scrub(clean(block).decode())
        self._hidden += count
        return shown

    @property
    def hidden(self) -> int:
        """How many secrets were replaced so far."""
        return self._hidden

    def _notes(self, notes: tuple[str, ...]) -> tuple[str, ...]:
        notes = tuple(self._redactor.text(note) for note in notes)
        return (*notes, *([hidden_note(self.hidden)] if self.hidden else []))

    async def _show(self, view: View) -> None:
        if self._message:
            await self._parts.chat.edit(self._place, self._message, view)
        else:
            self._message = await self._parts.chat.post(self._place, view)

    async def _keep(self, kept: StoredResult, first: int, last: int) -> None:
        await self._parts.shelf.finish(kept)
        window = Window(self._window, self.id, self.id, first, last, "", self._place, self._message)
        await self._parts.shelf.put_window(window)

    def _kept(self, lines: int, **more: Any) -> StoredResult:
        name = file_name(self._action.verb, self._title, self._parts.now())
        return StoredResult(
            self.id,
            name,
            self._title,
            self._found,
            lines=lines,
            verb=self._action.verb,
            mentions=self._output.mentions(),
            user=self._output.user,
            plan=self._output.plan,
            **more,
        )


class TextResult(Result):
    """Lines, of any number: a window of them is held here, all of them are on the shelf."""

    def __init__(self, parts: Parts, place: Place, found: Found, action: Action, output: Reading) -> None:
        super().__init__(parts, place, found, action, output)
        room = parts.chat.room
        self._end = action.shows_end
        self._shown = LastLines(room.lines) if self._end else FirstLines(room.lines)
        self._sieve = compile_pattern(action.sieve) if action.sieve else None
        self._last: deque[bytes] | None = deque(maxlen=action.last) if action.last else None
        self._waiting: list[bytes] = []
        self._size = self._dropped = 0
        self._drawn: tuple[int, bytes] = (0, b"")
        self._stored = False
        self._scrubbers: dict[tuple[str, Stream], Scrubber] = {}

    @property
    def hidden(self) -> int:
        return self._hidden + sum(scrubber.hidden for scrubber in self._scrubbers.values())

    async def push(self, lines: Lines) -> None:
        """Take a block through cleaning, redaction and the sieve, in this order, beside the loop where it is large."""
        scrubber = self._scrubbers.setdefault((lines.source, lines.stream), Scrubber(self._redactor))
        if lines.lead:
            before = scrubber.hidden
            await aside(len(lines.data), lambda: scrubber.push(clean(lines.data)))
            self._hidden -= scrubber.hidden - before  # what nobody is shown is hidden from nobody
            return
        size = len(lines.data) + lines.data.count(b"\n") * len(lines.source)
        await self._add(*await aside(size, lambda: self._read(scrubber.push(clean(lines.data)), lines)))

    async def _close(self, scrubber: Scrubber, origin: Lines) -> None:
        await self._add(*await aside(scrubber.held, lambda: self._read(scrubber.close(), origin)))

    def _read(self, block: bytes, origin: Lines) -> tuple[bytes, BlockLines]:
        """The lines that are wanted of a scrubbed block, and what they add to what is shown."""
        block = self._sieved(block, origin.stream, origin.source)
        if self._last is not None:  # which are the last ones is known at the end
            self._last.extend(block.splitlines(keepends=True))
            block = b""
        return block, self._shown.read(block)

    def _sieved(self, block: bytes, stream: Stream, source: str) -> bytes:
        if source and block:
            block = under_name(self._redactor.text(source), block)
        if stream == "err" and block:
            block = mark_stderr(block)
        return sieve(self._sieve, block) if self._sieve else block

    async def _add(self, block: bytes, part: BlockLines) -> None:
        if not block:
            return
        self._shown.push(part)
        self._waiting.append(block)
        self._size += len(block)
        if self._size >= _BLOCK:
            await self._store()

    async def _store(self) -> None:
        block, self._waiting, self._size = b"".join(self._waiting), [], 0
        if block:
            self._stored = True
            self._dropped += await self._parts.shelf.append(self.id, block)

    async def show_live(self, unfinished: Lines | None) -> None:
        """What there is so far, where it changed. unfinished: the line that its program hasn't ended."""
        begun = await aside(len(unfinished.data), lambda: self._begun(unfinished)) if unfinished else b""
        now = (self._shown.total, begun)
        if now == self._drawn or self._last is not None:
            return
        await self._store()  # what scrolls by between two edits is on the shelf
        total = self._shown.total
        so_far = f"{total:,} line{'' if total == 1 else 's'} so far" if total or not begun else "its line has not ended"
        view = self._view((so_far,), begun, final=False)
        if not self._message:
            await self._show(view)
        elif not await self._parts.chat.refresh(self._place, self._message, view):
            return
        self._drawn = now

    def _begun(self, line: Lines) -> bytes:
        """A prompt, cleaned and redacted as if it were whole; nothing of a line whose rest tells its secrets."""
        scrubber = self._scrubbers.get((line.source, line.stream)) or Scrubber(self._redactor)
        begun = clean(line.data)
        return self._sieved(scrubber.peek(begun), line.stream, line.source) if is_prompt(begun) else b""

    async def finish(self, notes: tuple[str, ...]) -> bool:
        for (source, stream), scrubber in self._scrubbers.items():
            await self._close(scrubber, Lines(b"", stream, source))
        if self._last:
            block = b"".join(self._last)
            await self._add(block, self._shown.read(block))
        if not self._shown.total and not self._message:
            return False
        if self._stored:
            await self._store()  # what it pushed off the shelf is told
        if self._dropped:
            notes = (*notes, f"the first {self._dropped:,} lines were too many to keep")
        view = self._view(self._notes(notes), final=True)
        await self._show(view)
        await self._store()  # a short result is read first and kept then
        total = self._shown.total - self._dropped
        kept = self._kept(total, shows_end=self._end, dropped=self._dropped, notes=self._notes(notes))
        await self._keep(kept, view.first - self._dropped, view.first + len(view.lines) - self._dropped)
        self.summary = f"{self._shown.total:,} line{'s' if self._shown.total != 1 else ''}"
        if len(view.lines) < self._shown.total:
            await as_file(self._parts, self._place, kept)
        return True

    def _view(self, notes: tuple[str, ...], begun: bytes = b"", *, final: bool) -> TextView:
        room = self._parts.chat.room
        lines = [readable(line, room) for line in (*self._shown.lines, *map(cut, begun.splitlines()))]
        total = self._shown.total + bool(begun)
        first = total - len(lines) if self._end else 0
        edge: Edge = "end" if self._end else "start"
        whole = len(lines) == total
        quiet = not final or (whole and self._action.interactive)  # a shell is read line by line
        shown = window_view(
            self._title, (), lines, first, total, room, edge, notes,
            "" if quiet else self._window,
        )  # fmt: skip
        assert isinstance(shown, TextView)
        return shown


class TableResult(Result):
    """Rows; each is kept as one line, its cells between tabs."""

    def __init__(self, parts: Parts, place: Place, found: Found, action: Action, output: Reading, table: Table) -> None:
        super().__init__(parts, place, found, action, output)
        self._table = table
        self.total = len(table.rows)
        if table.title:
            self._title = f"{self._title}: {self._redactor.text(table.title)}"

    async def finish(self, notes: tuple[str, ...]) -> bool:
        lines = await aside(sum(map(len, self._table.rows)) * _CELL, self._lines)
        end, total, room = self._action.shows_end, len(lines), self._parts.chat.room
        edge: Edge = "end" if end else "start"
        part = lines[-room.rows :] if end else lines[: room.rows]
        first = total - len(part) if end else 0
        shown = window_view(
            self._title, self._table.columns, [line.decode().rstrip("\n") for line in part], first, total, room,
            edge, self._notes(notes), self._window,
        )  # fmt: skip
        await self._show(shown)
        await self._parts.shelf.append(self.id, b"".join(lines))
        kept = self._kept(total, columns=self._table.columns, shows_end=end, notes=self._notes(notes))
        count = len(shown.lines) if isinstance(shown, TextView) else len(shown.rows)
        await self._keep(kept, shown.first, shown.first + count)
        self.summary = f"{total:,} row{'s' if total != 1 else ''}"
        if count < total:
            await as_file(self._parts, self._place, kept)
        return True

    def _lines(self) -> list[bytes]:
        return [row_line([self._text(cell) for cell in row]).encode() for row in self._table.rows]


class CardResult(Result):
    """A card; kept as the text that it reads as, so that it can be searched and saved too."""

    def __init__(self, parts: Parts, place: Place, found: Found, action: Action, output: Reading, card: Card) -> None:
        super().__init__(parts, place, found, action, output)
        self._card = card

    async def finish(self, notes: tuple[str, ...]) -> bool:
        groups = tuple(
            (self._text(title), tuple((self._text(label), self._value(label, value)) for label, value in rows))
            for title, rows in self._card.groups
        )
        save = (Button("Save", ResultPress("save", self._window)),)
        await self._show(CardView(self._text(self._card.title), groups, self._notes(notes), save))
        text = "".join(
            f"{title}\n" + "".join(f"  {label}: {value}\n" if label else f"  {value}\n" for label, value in rows)
            for title, rows in groups
        ).encode()
        await self._parts.shelf.append(self.id, text)
        await self._keep(self._kept(text.count(b"\n")), 0, text.count(b"\n"))
        return True

    def _value(self, label: str, value: str) -> str:
        if not is_secret_header(label):
            return self._text(value)
        self._hidden += 1
        return HIDDEN
