"""Which part of a long result is shown: its end, its start, or a page between.

A window is a half-open range of line numbers. Its size is whatever fits the room that the reader's
side has, so pages are found by growing from one edge, and Older and Newer never skip a line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cost = Callable[[str], int]


@dataclass(frozen=True)
class Room:
    """What one message can hold: lines, and characters as `cost` counts them; one line's longest show."""

    lines: int = 40
    characters: int = 2_900
    width: int = 1_200
    cost: Cost = len


def shorten(line: str, room: Room) -> str:
    """A line that is too long for a message, with the number of characters left out."""
    if room.cost(line) <= room.width:
        return line
    cut = line[: room.width]
    while room.cost(cut) > room.width:
        cut = cut[: max(1, len(cut) * room.width // room.cost(cut) - 1)]
    return f"{cut}… (+{len(line) - len(cut):,} characters)"


def fit_start(lines: Sequence[str], room: Room) -> list[str]:
    """As many of the first lines as the room has."""
    taken: list[str] = []
    left = room.characters
    for line in lines[: room.lines]:
        short = shorten(line, room)
        left -= room.cost(short) + 1
        if left < 0 and taken:
            break
        taken.append(short)
    return taken


def fit_end(lines: Sequence[str], room: Room) -> list[str]:
    """As many of the last lines as the room has, in their order."""
    return fit_start(lines[-room.lines :][::-1], room)[::-1]


class Tail:
    """The last lines of a stream that goes on, and how many there were."""

    def __init__(self, lines: int) -> None:
        self._kept: deque[bytes] = deque(maxlen=lines)
        self.total = 0

    def push(self, block: bytes) -> None:
        """Take a block of whole lines."""
        count = block.count(b"\n")
        self.total += count
        keep = self._kept.maxlen or 0
        start = len(block)
        for _ in range(min(count, keep) + 1):
            start = block.rfind(b"\n", 0, start)
            if start < 0:
                break
        self._kept.extend(block[start + 1 :].splitlines())

    @property
    def lines(self) -> list[bytes]:
        return list(self._kept)


class Head:
    """The first lines of a stream, and how many there were in all."""

    def __init__(self, lines: int) -> None:
        self._room = lines
        self._kept: list[bytes] = []
        self.total = 0

    def push(self, block: bytes) -> None:
        """Take a block of whole lines."""
        self.total += block.count(b"\n")
        if (missing := self._room - len(self._kept)) > 0:
            self._kept += block.split(b"\n", missing)[:missing] if block.count(b"\n") >= missing else block.splitlines()

    @property
    def lines(self) -> list[bytes]:
        return self._kept
