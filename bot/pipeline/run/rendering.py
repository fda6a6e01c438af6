"""A window of kept lines as a view, and a kept result as a file: the same for fresh results and for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal

from bot.core.acts import ResultPress
from bot.core.errors import UsageError
from bot.core.pattern import compiled
from bot.core.ports.state import StoredResult
from bot.core.request import Place
from bot.core.spelling import in_one_line
from bot.core.text import STDERR_MARK
from bot.core.view import Button, TableView, TextView
from bot.core.window import Line, Room, fit_end, fit_start, shorten
from bot.pipeline.parts import Parts
from bot.together import aside

Edge = Literal["start", "end"]
_STDERR = "E│ "
_BREAKS, _UNSAFE = compiled(r"[\t\n\r]+"), compiled(r"[^A-Za-z0-9._-]+")


def hidden_note(count: int) -> str:
    """How many secrets a reader doesn't see."""
    return f"{count} secret{'s were' if count > 1 else ' was'} hidden"


def row_line(row: Sequence[str]) -> str:
    """A table's row as one line: cells between tabs, nothing in them that would end a cell or a line."""
    return "\t".join(_BREAKS.sub(" ", cell) for cell in row) + "\n"


def window_view(
    title: str,
    columns: tuple[str, ...],
    lines: Sequence[str],
    first: int,
    total: int,
    room: Room,
    edge: Edge,
    notes: tuple[str, ...] = (),
    window: str = "",
) -> TextView | TableView:
    """As many of `lines` (the first of them is line `first` of `total`) as fit, from one edge. Text is `readable`.

    window: the id under which it can be turned, filtered and saved; nothing for one that has no buttons.
    """
    fit = fit_start if edge == "start" else fit_end
    shown = fit(*_rows_and_room(columns, lines, room) if columns else (lines, room))
    start = first if edge == "start" else first + len(lines) - len(shown)
    under = buttons(window, older=start > 0, newer=start + len(shown) < total) if window else ()
    if columns:
        return TableView(title, columns, tuple(tuple(row.split("\t")) for row in shown), start, total, notes, under)
    marked = any(line.startswith(_STDERR) for line in shown)
    notes = (*notes, f"{_STDERR.strip()} is standard error") if marked else notes
    return TextView(title, tuple(shown), start, total, notes, under, ends=edge == "end")


def _rows_and_room(columns: tuple[str, ...], lines: Sequence[str], room: Room) -> tuple[list[str], Room]:
    """A table's rows with cells of a bearable length, and the room that their names leave them."""
    rows = ["\t".join(_short_cell(cell, room.cell) for cell in line.split("\t")) for line in lines]
    return rows, replace(room, lines=room.rows, characters=room.characters - sum(map(room.cost, columns)))


def _short_cell(text: str, longest: int) -> str:
    text = in_one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def readable(line: Line, room: Room) -> str:
    """A kept line as text, as much of it as a message shows."""
    text = line.start.removeprefix(STDERR_MARK).decode("utf-8", "replace")
    return shorten(f"{_STDERR}{text}" if line.start.startswith(STDERR_MARK) else text, room, line.more)


def buttons(window: str, *, older: bool = False, newer: bool = False) -> tuple[Button, ...]:
    """What can be done with a window; Older and Newer only where they lead somewhere."""
    pagers = [Button("Older", ResultPress("older", window))] if older else []
    pagers += [Button("Newer", ResultPress("newer", window))] if newer else []
    return (
        *pagers, Button("Filter", ResultPress("filter", window)), Button("Save", ResultPress("save", window)),
    )  # fmt: skip


def file_name(verb: str, title: str, now: datetime) -> str:
    """`logs-checkout-20260131-140500.txt`: nothing in it that a path could be made of."""
    subject = _UNSAFE.sub("-", title.rpartition("/")[2]).strip(".-") or "all"
    return f"{verb}-{subject}-{now:%Y%m%d-%H%M%S}"


async def as_file(parts: Parts, place: Place, kept: StoredResult) -> None:
    """Hand a kept result out whole: text as .txt, a table as .tsv with its column names."""
    if not kept.lines:
        raise UsageError("there is nothing to save", hint="Filter for something else first.")
    head = "\t".join(kept.columns) + "\n" if kept.columns else ""
    blocks = [head.encode()]
    async for block in parts.shelf.blocks(kept.id):
        blocks.append(await aside(len(block), partial(block.replace, STDERR_MARK, _STDERR.encode())))
    suffix = "tsv" if kept.columns else "txt"
    whole = await aside(sum(map(len, blocks)), lambda: b"".join(blocks))
    title = f"{kept.title}: {kept.lines:,} {'rows' if kept.columns else 'lines'}"
    await parts.chat.upload(place, f"{kept.name}.{suffix}", whole, title)
