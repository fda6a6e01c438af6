"""From the words of a person to an `Action`: split once, understood, validated.

    /cdebug VERB [TARGET] [--flags] [-- ARGV…]

Rules of this file:
- the text is split once, with POSIX quoting and no expansion; nothing here ever runs a shell
- everything after a literal `--` is argv: a list, never split again
- what can't be understood is one `UsageError` that names the nearest right word
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import shlex
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, get_type_hints

import cyclopts
from cyclopts import App

from bot.core import paste
from bot.core.action import Action, ArgvAction, TargetedAction
from bot.core.errors import UsageError
from bot.core.kinds import kind_of
from bot.core.pattern import compiled

LONGEST = 8_000
_SHORT = 300  # characters of what is remembered: people repeat what is short
_MOST_WORDS = 100  # reading flags costs more than their number; what stands behind `--` is not read
_CONTROL = compiled(r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{2028}\x{2029}]")
_CLUSTER = compiled(r"-[A-Za-z]{12}")  # letters of one dash are read one by one, each at a cost
_SHELL_SIGNS = frozenset({"|", "||", "&&", "&", ";", ">", ">>", "<", "2>&1"})
_PIPE_HINTS = {
    "grep": "`--grep TEXT` does it, or `grep TEXT` in the thread",
    "jq": "`--path .State.Pid` does it for `inspect`",
    "tail": "`--tail 20` does it",
}


def check_typed(text: str) -> None:
    """Whatever somebody types, words, input or a shell's line: no control character is in it. Raises UsageError."""
    if found := _CONTROL.search(text):
        code, column = ord(found[0]), found.start() + 1
        raise UsageError(f"a control character (U+{code:04X}) at column {column}", hint="Type it again.")


def split(text: str) -> list[str]:
    """The words of a command. Raises UsageError on control characters, open quotes and too much text."""
    if len(text) > LONGEST:
        raise UsageError(
            f"a command has at most {LONGEST:,} characters, this one has {len(text):,}", hint="Shorten it."
        )
    check_typed(text)
    try:
        return shlex.split(_unescaped(text) if "\\" in text else text)
    except ValueError:
        raise UsageError(
            "a quote or a backslash is left open in", text[-60:], hint='Close it, or write `\\"`.'
        ) from None


def _unescaped(text: str) -> str:
    """What a shell reads and shlex doesn't: a backslash before `$` or a backtick in double quotes, and one that ends a
    line. Source: POSIX, Shell Command Language, 2.2.
    """
    kept, quote, at = list[str](), "", 0
    while at < len(text):
        sign, pair = text[at], text[at : at + 2]
        if quote == "'" or sign != "\\" or len(pair) < 2:
            quote = "" if sign == quote else quote or (sign if sign in "'\"" else "")
            kept.append(sign)
            at += 1
            continue
        drops = "" if pair[1] == "\n" else pair[1] if quote and pair[1] in "$`" else pair
        kept.append(drops)
        at += 2
    return "".join(kept)


class Grammar:
    """The verbs that this bot knows, and how to read a command of them."""

    def __init__(self, verbs: Iterable[type[Action]]) -> None:
        """Raises ValueError when two verbs answer to one word, or a verb's fields can't be told apart."""
        self.verbs = {verb.verb: verb for verb in sorted(verbs, key=lambda verb: verb.verb)}
        self._parsers = {name: _parser(verb) for name, verb in self.verbs.items()}
        self._words: dict[str, type[Action]] = {}
        for verb in self.verbs.values():
            for word in (verb.verb, *verb.aliases):
                if word in self._words:
                    raise ValueError(f"{word} names both {self._words[word].verb} and {verb.verb}")
                self._words[word] = verb

        self._known = lru_cache(maxsize=1_024)(self._parse)

    def parse(self, text: str) -> Action:
        """The command that the text means. Raises UsageError with what to type instead.

        Actions are frozen, and people repeat themselves: what was understood once is remembered.
        """
        return self._known(text) if len(text) <= _SHORT else self._parse(text)

    def _parse(self, text: str) -> Action:
        words = paste.understand(split(text))
        argv = words[words.index("--") + 1 :] if "--" in words else []
        words = words[: words.index("--")] if "--" in words else words
        if not words:
            raise UsageError("no command", hint="Try `ps`, `logs NAME` or `help`.")
        if len(words) > _MOST_WORDS:
            raise UsageError(
                f"a command has at most {_MOST_WORDS} words before `--`, this one has {len(words):,}",
                hint="Send several.",
            )
        if cluster := next((word for word in words if _CLUSTER.match(word)), ""):
            raise UsageError("too many letters in one flag:", f"{cluster[:20]}…", hint="Write each flag by itself.")
        action, rest = self._verb(words)
        if {"--help", "-h"} & set(rest):
            return self.parse(f"help {action.verb}")
        rest = _kind_joined(action, rest)
        takes_argv = issubclass(action, ArgvAction)
        if argv and not takes_argv:
            raise UsageError(f"`{action.verb}` takes no command after `--`", hint=f"See `help {action.verb}`.")
        _refuse_shell_signs(text, takes_argv=takes_argv)
        return _read(self._parsers[action.verb], action, rest, {"argv": tuple(argv)} if takes_argv else {})

    def _verb(self, words: list[str]) -> tuple[type[Action], list[str]]:
        for width in (2, 1):
            if action := self._words.get(" ".join(words[:width]).lower()):
                return action, words[width:]
        if longer := [verb for verb in self.verbs if verb.startswith(f"{words[0].lower()} ")]:
            known = ", ".join(f"`{verb}`" for verb in longer)
            raise UsageError("more than one verb begins with", words[0][:60], hint=f"Choose one of {known}.")
        near = difflib.get_close_matches(words[0].lower(), self._words, n=1, cutoff=0.6)
        hint = f"Did you mean `{near[0]}`?" if near else "`help` lists the verbs."
        raise UsageError("no such verb:", words[0][:60], hint=hint)


def _kind_joined(action: type[Action], words: list[str]) -> list[str]:
    """`describe pod web`, as kubectl has it, is `describe pod/web`, where a verb has one target."""
    joins = issubclass(action, TargetedAction) and len(words) > 1 and kind_of(words[0])
    if joins and not words[1].startswith("-") and "/" not in words[1]:
        return [f"{words[0]}/{words[1]}", *words[2:]]
    return words


def _refuse_shell_signs(text: str, *, takes_argv: bool) -> None:
    """A pipe that was typed bare is meant for a shell; a quoted one is text."""
    try:
        words = shlex.split(text, posix=False)  # keeps the quotes
    except ValueError:
        return
    for at, word in enumerate(words):
        if word in _SHELL_SIGNS:
            tool = words[at + 1] if at + 1 < len(words) else ""
            hint = "Write `-- sh -c '…'`, and the container's own shell reads it"
            hint = hint if takes_argv else _PIPE_HINTS.get(tool, "Quote it if it is meant as text")
            raise UsageError("no shell reads this line, so it has no", word, hint=f"{hint}.")


def _parser(action: type[Action]) -> App:
    """Raises ValueError for a flag that could be taken for a second target: only one field has a place."""
    places = [field.name for field in dataclasses.fields(action) if not field.kw_only]  # type: ignore[arg-type]
    if len(places) > 1:
        raise ValueError(f"{action.verb}: {', '.join(places)} all have a place; declare flags with kw_only=True")
    app = App(help_flags=[], version_flags=[], result_action="return_value")
    app.default(_constructor(action))
    return app


def _constructor(action: type[Action]) -> Callable[..., Action]:
    """The class as a function whose annotations are values: those of a class are texts, and would be evaluated anew for
    each command.
    """
    hints = get_type_hints(action, include_extras=True)
    known = sorted(dataclasses.fields(action), key=lambda field: bool(field.kw_only))  # type: ignore[arg-type]
    parameters = [
        inspect.Parameter(
            field.name,
            _place(field),
            default=_default(field),
            annotation=hints[field.name],
        )
        for field in known
    ]

    def make(*args: Any, **more: Any) -> Action:
        return action(*args, **more)

    make.__annotations__ = {it.name: it.annotation for it in parameters}
    make.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return make


def _place(field: dataclasses.Field[Any]) -> Any:
    """One target has a place and no flag, whose name is a verb's own to give; of several, flags may stand between."""
    if field.kw_only:
        return inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter.POSITIONAL_OR_KEYWORD if field.default == () else inspect.Parameter.POSITIONAL_ONLY


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default


def _read(parser: App, action: type[Action], words: list[str], more: dict[str, tuple[str, ...]]) -> Action:
    see = f"See `help {action.verb}`."
    try:
        make, bound, _ = parser.parse_args(words, exit_on_error=False, print_error=False)
        made = make(*bound.args, **bound.kwargs, **more)
    except cyclopts.UnusedCliTokensError as error:
        extra = " ".join(error.unused_tokens or [])
        raise UsageError(f"`{action.verb}` does not take", extra[:80], hint=see) from None
    except cyclopts.CycloptsError as error:
        line = str(error).replace('"', "`")
        raise UsageError(f"`{action.verb}`", why=line[:1].lower() + line[1:300], hint=see) from None
    if not isinstance(made, action):
        raise TypeError(f"{action.verb} parsed to {type(made).__name__}")
    return made
