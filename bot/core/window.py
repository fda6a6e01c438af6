"""Which part of a long result is shown: its end, its start, or a page between.

A window is a half-open range of line numbers. Its size is whatever fits the room that the reader's
side has, so pages are found by growing from one edge, and Older and Newer never skip a line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Cost = Callable[[str], int]
_LONG = 8 * 1024  # bytes: more than any message shows of one line
_CONTINUED = bytes(range(0x80, 0xC0))  # what follows a character's first byte in UTF-8


@dataclass(frozen=True)
class Room:
    """What one message can hold: lines or a table's rows, and characters as `cost` counts them; the longest that is
    shown of one line, and of one cell.
    """

    lines: int = 40
    rows: int = 99
    characters: int = 10_000
    width: int = 1_200
    cell: int = 300
    cost: Cost = len


class Line(NamedTuple):
    """As much of a line as any message shows, and how many characters more it has."""

    start: bytes
    more: int = 0


def cut(line: bytes) -> Line:
    """What is shown of a line of UTF-8: the rest is only counted, so that a line of megabytes costs no more to show."""
    if len(line) <= _LONG:
        return Line(line)
    start = line[:_LONG].decode("utf-8", "ignore")
    return Line(start.encode(), len(line.translate(None, _CONTINUED)) - len(start))


def shorten(line: str, room: Room, more: int = 0) -> str:
    """A line that is too long for a message, with the number of characters left out. more: those that aren't here."""
    if not more and len(line) <= room.width and room.cost(line) <= room.width:
        return line
    part = line[: room.width]
    while room.cost(part) > room.width:
        part = part[: max(1, len(part) * room.width // room.cost(part) - 1)]
    return f"{part}… (+{len(line) - len(part) + more:,} characters)"


def fit_start(lines: Sequence[str], room: Room) -> list[str]:
    """As many of the first lines as the room has; each is short already."""
    taken: list[str] = []
    left = room.characters
    for line in lines[: room.lines]:
        left -= room.cost(line) + 1
        if left < 0 and taken:
            break
        taken.append(line)
    return taken


def fit_end(lines: Sequence[str], room: Room) -> list[str]:
    """As many of the last lines as the room has, in their order."""
    return fit_start(lines[-room.lines :][::-1], room)[::-1]


class BlockLines(NamedTuple):
    """What a block adds: how many lines, and those of them that are kept."""

    total: int
    lines: list[Line]


class LastLines:
    """The last lines of a stream that goes on, and how many there were.

    `read` only looks, so that it may do so in another thread; `push` adds.
    """

    def __init__(self, lines: int) -> None:
        self._kept: deque[Line] = deque(maxlen=lines)
        self.total = 0

    def read(self, block: bytes) -> BlockLines:
        """What a block of whole lines adds."""
        count = block.count(b"\n")
        keep = self._kept.maxlen or 0
        start = len(block)
        for _ in range(min(count, keep) + 1):
            start = block.rfind(b"\n", 0, start)
            if start < 0:
                break
        return BlockLines(count, [cut(line) for line in block[start + 1 :].splitlines()])

    def push(self, part: BlockLines) -> None:
        """Take what the next block adds."""
        self.total += part.total
        self._kept.extend(part.lines)

    @property
    def lines(self) -> list[Line]:
        return list(self._kept)


class FirstLines:
    """The first lines of a stream, and how many there were in all; `read` and `push` as of Tail."""

    def __init__(self, lines: int) -> None:
        self._room = lines
        self._kept: list[Line] = []
        self.total = 0

    def read(self, block: bytes) -> BlockLines:
        """What a block of whole lines adds."""
        count = block.count(b"\n")
        missing = min(count, self._room - len(self._kept))
        return BlockLines(count, [cut(line) for line in block.split(b"\n", missing)[:missing]] if missing > 0 else [])

    def push(self, part: BlockLines) -> None:
        """Take what the next block adds."""
        self.total += part.total
        self._kept += part.lines

    @property
    def lines(self) -> list[Line]:
        return self._kept
