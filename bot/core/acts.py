"""What a person does in Slack, as values: they type, press, choose or fill in a form.

Each button and form is one of these before it is shown and again when it comes back; only `slack/` knows how it travels
in between. `word` is the verb that stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TypedCommand:
    """The words of a command, and the code block after them."""

    words: str
    stdin: str = ""
    word = "command"


@dataclass(frozen=True)
class ShellLine:
    """What was typed into a thread's shell, without the prompt; it may be several lines."""

    words: str
    word = "$"


@dataclass(frozen=True)
class RunPress:
    """Stop, or Ctrl-C, for what runs in the thread."""

    word: Literal["stop", "interrupt"]


@dataclass(frozen=True)
class ApprovalPress:
    """An answer to a request for approval; Deny asks for its reason in a form."""

    word: Literal["approve", "deny", "arguments"]
    approval: str


@dataclass(frozen=True)
class ResultPress:
    """A turn of what a message shows of a stored result."""

    word: Literal["older", "newer", "filter", "save"]
    window: str


@dataclass(frozen=True)
class AgainPress:
    """The command of a menu with one choice."""

    menu: str
    index = 0
    word = "again"


@dataclass(frozen=True)
class MenuChoice:
    """The choice at an index, counted from 0."""

    menu: str
    index: int
    word = "pick"


@dataclass(frozen=True)
class FilterForm:
    """Which lines of a stored result are wanted. It is shown with the pattern of now."""

    window: str
    words: str = ""
    word = "filter"


@dataclass(frozen=True)
class DenialForm:
    """Why a request is denied."""

    approval: str
    words: str = ""
    word = "deny"


Press = RunPress | ApprovalPress | ResultPress | AgainPress
FilledForm = FilterForm | DenialForm
Act = TypedCommand | ShellLine | Press | MenuChoice | FilledForm


def press_of(word: str, about: str) -> RunPress | ApprovalPress | ResultPress:
    """The button that stands for a word. Raises ValueError for none."""
    match word:
        case "stop" | "interrupt":
            return RunPress(word)
        case "approve" | "deny" | "arguments":
            return ApprovalPress(word, about)
        case "older" | "newer" | "filter" | "save":
            return ResultPress(word, about)
    raise ValueError(f"no button: {word}")


def form_of(word: str, about: str, words: str) -> FilledForm:
    """The form that stands for a word, filled in. Raises ValueError for none."""
    match word:
        case "filter":
            return FilterForm(about, words)
        case "deny":
            return DenialForm(about, words)
    raise ValueError(f"no form: {word}")
