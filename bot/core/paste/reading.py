"""How a tool reads its own line, and what a table of its flags makes of it.

Source: https://pkg.go.dev/github.com/spf13/pflag, which docker and kubectl read their flags with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.core.errors import UsageError

IDLE = ""  # it says nothing to a bot: the answer is the same without it
_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})


@dataclass(frozen=True)
class Instead:
    """A flag, or a command, that has no form here. hint: what to type instead."""

    hint: str


# A flag of ours (its value is the same), IDLE, what to type instead, or what makes words of its value. A switch's value
# is `true` or `false`.
Meaning = str | Instead | Callable[[str], list[str]]


@dataclass(frozen=True)
class Pasted:
    """A line that was read. flags: what they are here; given: each by its long name, as it was typed.

    argv: the command behind it, None where there was none.
    """

    name: str
    operands: list[str]
    flags: list[str]
    given: Mapping[str, str]
    argv: list[str] | None = None

    def refused(self, what: str, hint: str) -> UsageError:
        """What it can't mean here."""
        return UsageError(f"`{self.name}` can't {what} here", hint=hint)


Make = Callable[[Pasted], list[str]]


def as_verb(*words: str) -> Make:
    """The same operands and flags, for a verb of ours."""
    return lambda pasted: [*words, *pasted.operands, *pasted.flags]


@dataclass(frozen=True)
class PastedCommand:
    """flags: by their names, then a word where they take a value: `-n --tail LINES`. runs: whether a command follows,
    behind `--` or behind the first operand already; flags after that are its own.
    """

    make: Make
    flags: Mapping[str, Meaning] = field(default_factory=dict)
    runs: Literal["", "--", "first"] = ""


@dataclass(frozen=True)
class PastedTool:
    """commands: by their words; what can't be said here is `Instead`. before: flags that stand before the command;
    everywhere: flags of each command, before and after it.
    """

    name: str
    commands: Mapping[str, PastedCommand | PastedTool | Instead]
    before: Mapping[str, Meaning] = field(default_factory=dict)
    everywhere: Mapping[str, Meaning] = field(default_factory=dict)

    def translate(self, words: list[str]) -> list[str]:
        """Raises UsageError with what to type instead."""
        reader = _Reader(self.name, {**self.before, **self.everywhere})
        rest = reader.flags_first(words)
        for width in (2, 1):
            name = " ".join(rest[:width])
            if known := self.commands.get(name):
                return self._as(f"{self.name} {name}", known, rest[width:], reader)
        if not rest:
            raise UsageError(f"a pasted `{self.name}` line needs its command", hint="Write `ps` or `help`.")
        raise UsageError(
            f"no equivalent here of this `{self.name}` command:", rest[0][:60], hint="`help` lists the verbs."
        )

    def _as(
        self, name: str, known: PastedCommand | PastedTool | Instead, words: list[str], before: _Reader
    ) -> list[str]:
        if isinstance(known, Instead):
            raise UsageError(f"`{name}` has no equivalent here", hint=known.hint)
        if isinstance(known, PastedTool):
            return known.translate(words)
        reader = _Reader(name, {**self.everywhere, **known.flags})
        operands, argv = reader.read(words, runs=known.runs)
        given = {**before.given, **reader.given}
        return known.make(Pasted(name, operands, [*before.words, *reader.words], given, argv))


class _Reader:
    """Reads words by a table of flags; what they mean here gathers in `words`."""

    def __init__(self, name: str, table: Mapping[str, Meaning]) -> None:
        self._name = name
        self._known = {known: flag for text, meaning in table.items() for known, flag in _flag(text, meaning)}
        self._known = {**dict(_flag("-h --help", "--help")), **self._known}
        self.words: list[str] = []
        self.given: dict[str, str] = {}

    def flags_first(self, words: list[str]) -> list[str]:
        """Up to the first word that is none; returns what follows."""
        rest = list(words)
        while rest and rest[0].startswith("-"):
            self._take(rest)
        return rest

    def read(self, words: list[str], *, runs: str) -> tuple[list[str], list[str] | None]:
        """The operands, and what stands behind `--`, or behind the first operand where that is a command."""
        rest, operands = list(words), list[str]()
        while rest:
            if rest[0] == "--":
                return (operands, rest[1:]) if runs else ([*operands, *rest[1:]], None)
            if rest[0].startswith("-") and rest[0] != "-":
                self._take(rest)
                continue
            operands.append(rest.pop(0))
            if runs == "first":
                return operands, rest[1:] if rest[:1] == ["--"] else rest
        return operands, None

    def _take(self, rest: list[str]) -> None:
        """One word of flags, and the value that follows it."""
        word = rest.pop(0)
        if not word.startswith("--"):
            self._letters(word, rest)
            return
        name, equals, value = word.partition("=")
        flag = self._flag(name)
        if flag.takes_value and not equals:
            value = self._value(name, rest)
        self._mean(flag, name, value if equals or flag.takes_value else "true")

    def _letters(self, word: str, rest: list[str]) -> None:
        """`-it` is `-i -t`, and `-n5`, `-n=5` and `-n 5` are one."""
        for at in range(1, len(word)):
            name, tail = f"-{word[at]}", word[at + 1 :]
            flag = self._flag(name)
            if flag.takes_value or tail.startswith("="):
                self._mean(flag, name, tail.removeprefix("=") if tail else self._value(name, rest))
                return
            self._mean(flag, name, "true")

    def _flag(self, name: str) -> _Flag:
        if flag := self._known.get(name):
            return flag
        raise UsageError(f"`{self._name}` has no flag", name[:60], hint="`help` lists the verbs and their flags.")

    def _value(self, name: str, rest: list[str]) -> str:
        if not rest:
            raise UsageError(f"`{self._name}`: a value is missing after", name, hint="Add it, or leave the flag out.")
        return rest.pop(0)

    def _mean(self, flag: _Flag, typed: str, value: str) -> None:
        value = value if flag.takes_value else str(value in _TRUE).lower()
        self.given[flag.long] = value
        if callable(flag.meaning):
            self.words += flag.meaning(value)
        elif flag.takes_value and isinstance(flag.meaning, str):
            self.words += _set(flag.meaning, value) if flag.meaning else []
        elif flag.takes_value or value != "false":
            if isinstance(flag.meaning, Instead):
                raise UsageError(f"`{self._name}` can't take this flag here:", typed, hint=flag.meaning.hint)
            self.words += [flag.meaning] if flag.meaning else []


@dataclass(frozen=True)
class _Flag:
    long: str
    takes_value: bool
    meaning: Meaning


def _flag(text: str, meaning: Meaning) -> Iterator[tuple[str, _Flag]]:
    words = text.split()
    names = [word for word in words if word.startswith("-")]
    flag = _Flag(max(names, key=len), len(names) < len(words), meaning)
    yield from ((name, flag) for name in names)


def _set(flag: str, value: str) -> list[str]:
    """One word where the value looks like a flag itself."""
    return [f"{flag}={value}"] if value.startswith("-") else [flag, value]


def tail(value: str) -> list[str]:
    """How many lines: a negative number is all of them, as both tools have it."""
    return ["--tail", "all" if value.startswith("-") else value]


def one_operand(pasted: Pasted, verb: str) -> list[str]:
    """The verb for the one that was named. Raises UsageError for several: a verb for one has one."""
    if len(pasted.operands) > 1:
        each = " and ".join(f"`{verb} {name}`" for name in pasted.operands[:3])
        raise pasted.refused("take several objects at once", f"Write {each}, a command for each.")
    return pasted.operands


def copied_out(pasted: Pasted) -> list[str]:
    """What is copied comes into the thread: where to put it on one's own disk says nothing here. Raises UsageError for
    a copy into a container.
    """
    remote = [":" in word for word in pasted.operands[:2]]
    if not remote or not remote[0] or remote[1:] == [True]:
        raise pasted.refused(
            "copy into a container", "Send the file as a code block: `exec NAME -- sh -c 'cat > PATH'`."
        )
    return ["cp", pasted.operands[0], *pasted.flags]


SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"})


def executed(pasted: Pasted, *, typed: bool) -> list[str]:
    """A shell that somebody would type into is one; any other command is argv."""
    argv = pasted.argv or []
    if typed and len(argv) == 1 and argv[0] in SHELLS:
        return ["sh", *pasted.operands, *pasted.flags]
    return ["exec", *pasted.operands, *pasted.flags, "--", *argv]


def debugged(pasted: Pasted) -> list[str]:
    """A shell that somebody would type into is what `debug` opens by itself."""
    argv = pasted.argv or []
    is_shell = len(argv) == 1 and argv[0] in SHELLS
    return ["debug", *one_operand(pasted, "debug"), *pasted.flags, *([] if is_shell or not argv else ["--", *argv])]
