"""What a verb says, before anybody has thought of Slack: neutral values in the order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Stream = Literal["out", "err"]


@dataclass(frozen=True)
class Lines:
    """One or more whole lines of UTF-8 text, each ended by a newline, all from one stream.

    source: whose they are, where several are read together: its name is shown before each line. lead: they stand before
    what was asked for, and are looked at only to know what the next ones are.
    """

    data: bytes
    stream: Stream = "out"
    source: str = ""
    lead: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under column names; all cells are text."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    title: str = ""


@dataclass(frozen=True)
class Card:
    """One object on one page: titled groups of labelled values."""

    title: str
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class Chart:
    """Lines over time. `series` maps a name to (seconds since the start, value) points."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Panel:
    """One pair of axes of a chart, in one unit."""

    label: str
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """Bytes with a name. Text and the members of a .tar.gz are redacted; anything else can't be scanned.

    hidden: members whose content is secret, whatever it looks like.
    """

    name: str
    data: bytes
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A sentence to the reader: what was left out, what to do next. aside: beside an answer, and none by itself."""

    text: str
    aside: bool = False


@dataclass(frozen=True)
class Exit:
    """A process ended with this status: what came before it is complete."""

    status: int
    meaning: str = ""


@dataclass(frozen=True)
class Progress:
    """What is going on in something slow; replaces the last one and is not kept."""

    text: str


Output = Lines | Table | Card | Chart | File | Note | Exit | Progress
