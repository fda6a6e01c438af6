"""What one message shows: values that say nothing of Slack. `slack/blocks` renders them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.core.acts import FilledForm, Press
from bot.core.said import Said

State = Literal["running", "waiting for approval", "done", "denied", "failed", "stopped", "interrupted", "expired"]


@dataclass(frozen=True)
class Button:
    """A button that people may press."""

    label: str
    press: Press


@dataclass(frozen=True)
class Status:
    """The message that stands for a command: who, what, where, and how it went.

    who and ended_by are mentions, the only ones that anything of ours makes.
    """

    state: State
    who: str
    command: str
    where: str = ""
    detail: Said = ""
    ended_by: str = ""
    buttons: tuple[Button, ...] = ()

    def with_detail(self, detail: str) -> Status:
        """The same, saying what is going on."""
        return replace(self, detail=detail)


@dataclass(frozen=True)
class TextView:
    """A window of lines, `first` counted from 0, of `total`; stderr lines carry their mark.

    ends: its last lines are what matters, where there is no room for all.
    """

    title: str
    lines: tuple[str, ...]
    first: int
    total: int
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    ends: bool = False


@dataclass(frozen=True)
class TableView:
    """A window of a table's rows, `first` counted from 0, of `total`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int
    total: int
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class CardView:
    """One object: groups of labelled values."""

    title: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    notes: tuple[Said, ...] = ()
    buttons: tuple[Button, ...] = ()
    asked: tuple[str, ...] = ()  # mentions of the people who are asked to act


@dataclass(frozen=True)
class NoteView:
    """Some sentences."""

    text: Said
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class MenuView:
    """A question with choices; the choice comes back as its index in menu `id`."""

    question: str
    id: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A modal with one field. `answer` comes back with what was typed."""

    title: str
    label: str
    hint: str
    answer: FilledForm


@dataclass(frozen=True)
class Page:
    """A modal that is only read. What is too long for it is sent to the reader as a file of that name."""

    title: str
    text: str
    file: str = ""


View = Status | TextView | TableView | CardView | NoteView | MenuView
