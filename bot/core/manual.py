"""What `help` and the reference page say, read off the verbs' own classes."""

from __future__ import annotations

import dataclasses
import inspect
import shlex
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated, Any

from cyclopts import Parameter

from bot.core.action import Action, ArgvAction, Shown
from bot.core.units import show_duration

_EVERYWHERE = ("--selector", "--namespace", "--reason", "--break-glass")


@dataclass(frozen=True)
class Flag:
    """One flag of a verb, as help shows it."""

    names: tuple[str, ...]
    value: str
    help: str
    default: str

    @property
    def usage(self) -> str:
        return " ".join(filter(None, (", ".join(self.names), self.value)))


@cache
def _hints(verb: Any) -> dict[str, Any]:
    return typing.get_type_hints(verb, include_extras=True)


def flags_of(verb: type[Action]) -> list[Flag]:
    """A verb's flags in the order of its fields; the target is not one of them."""
    if not dataclasses.is_dataclass(verb):
        return []
    hints = _hints(verb)
    fields = {field.name: field for field in dataclasses.fields(verb)}
    found = []
    for name, field in fields.items():
        parameter = _parameter(hints[name])
        if parameter and parameter.name:
            names = tuple(sorted(parameter.name, key=len, reverse=True))
            found.append(Flag(names, _value(hints[name], name), parameter.help or "", _default(field.default)))
    return sorted(found, key=lambda flag: flag.names[0] in _EVERYWHERE)


def _parameter(hint: Any) -> Parameter | None:
    if typing.get_origin(hint) is not Annotated:
        return None
    return next((extra for extra in reversed(hint.__metadata__) if isinstance(extra, Parameter)), None)


def _value(hint: Any, name: str) -> str:
    plain = typing.get_args(hint)[0]
    if bool in (plain, *typing.get_args(plain)):
        return ""
    return _placeholder(hint) or name.upper()


def _placeholder(hint: Any) -> str:
    if typing.get_origin(hint) is not Annotated:
        return ""
    return next((str(extra) for extra in reversed(hint.__metadata__) if isinstance(extra, Shown)), "")


def _default(value: Any) -> str:
    if isinstance(value, timedelta):
        return show_duration(value.total_seconds()) if value else ""
    return "" if value in ("", False, None, ()) or value is dataclasses.MISSING else str(value)


def summary(verb: type[Action]) -> str:
    """The first sentence of a verb's docstring."""
    return (inspect.getdoc(verb) or "").split("\n", 1)[0]


def usage(verb: type[Action]) -> str:
    """One line: the verb, its target, its flags."""
    hints = _hints(typing.cast("Any", verb))
    fields: tuple[Any, ...] = dataclasses.fields(verb) if dataclasses.is_dataclass(verb) else ()
    flags = {name for name in hints if (parameter := _parameter(hints[name])) and parameter.name}
    places = [_placeholder(hints[field.name]) for field in fields if field.name not in flags]
    argv = ["-- COMMAND…"] if issubclass(verb, ArgvAction) else []
    own = [f"[{flag.usage}]" for flag in flags_of(verb) if flag.names[0] not in _EVERYWHERE]
    return " ".join([verb.verb, *filter(None, places), *own, *argv])


def page(verb: type[Action]) -> str:
    """All that help says of one verb, as plain text."""
    doc = inspect.getdoc(verb) or ""
    lines = [usage(verb), "", doc]
    if flags := flags_of(verb):
        width = max(len(flag.usage) for flag in flags)
        lines += ["", "Flags:"]
        lines += [
            f"  {flag.usage:<{width}}  {flag.help}" + (f" (default {flag.default})" if flag.default else "")
            for flag in flags
        ]
    if verb.aliases:
        lines += ["", "Also: " + ", ".join(verb.aliases)]
    if verb.examples:
        lines += ["", "Examples:", *(f"  {example}" for example in verb.examples)]
    return "\n".join(lines)


def typed(action: Action) -> str:
    """An action as one would type it."""
    return line_of(words_of(action))


def line_of(words: Sequence[str]) -> str:
    """Words as one types them; the first is the verb, of one word or two."""
    return " ".join(filter(None, (words[0], shlex.join(words[1:]))))


def words_of(action: Action) -> list[str]:
    """The verb, what it is pointed at, each flag that isn't its default, and argv after `--`."""
    words: list[str] = [action.verb]
    flags: list[str] = []
    assert dataclasses.is_dataclass(action)
    hints = _hints(type(action))
    for field in dataclasses.fields(action):
        value = getattr(action, field.name)
        if value == field.default or value in ("", ()) or field.name in ("argv", "stdin"):
            continue
        parameter = _parameter(hints[field.name])
        shown = _shown(value)
        if not (parameter and parameter.name):
            words += shown
        else:
            name = max(parameter.name, key=len)
            flags += _switch(name, on=value) if isinstance(value, bool) else _each(name, shown)
    argv = ["--", *action.argv] if isinstance(action, ArgvAction) and action.argv else []
    return words + flags + argv


def _switch(name: str, *, on: bool) -> list[str]:
    return [name if on else f"--no-{name.removeprefix('--')}"]


def _each(name: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in _flag(name, value)]


def _flag(name: str, value: str) -> list[str]:
    """A flag and its value; one word where the value looks like a flag itself."""
    return [f"{name}={value}"] if value[:1] == "-" else [name, value]


def _shown(value: Any) -> list[str]:
    if isinstance(value, timedelta):
        return [f"{value.total_seconds():g}s"]
    return [str(part) for part in value] if isinstance(value, tuple) else [str(value)]


def letters(verbs: Iterable[type[Action]]) -> list[tuple[str, str, list[str]]]:
    """Each letter, the flag that it stands for, and the verbs that have it."""
    users: dict[tuple[str, str], list[str]] = {}
    for verb in verbs:
        for flag in flags_of(verb):
            for letter in (name for name in flag.names if len(name) == 2):
                users.setdefault((letter, flag.names[0]), []).append(verb.verb)
    return [(letter, flag, sorted(of)) for (letter, flag), of in sorted(users.items())]


def reference(verbs: Iterable[type[Action]]) -> str:
    """The reference page: every verb, by layer, as Markdown. docs/verbs.md is this, and a test holds it to that."""
    verbs = list(verbs)
    lines = ["# Verbs", "", "Generated by `python -m bot reference`; `help VERB` says the same in Slack.", ""]
    lines += ["One letter means one thing, whatever the verb:", "", "| letter | flag | verbs |", "|---|---|---|"]
    lines += [f"| `{letter}` | `{flag}` | {', '.join(users)} |" for letter, flag, users in letters(verbs)] + [""]
    by_layer: dict[str, list[type[Action]]] = {}
    for verb in verbs:
        by_layer.setdefault(verb.layer.value, []).append(verb)
    for layer, of_layer in by_layer.items():
        lines += [f"## {layer}", ""]
        for verb in sorted(of_layer, key=lambda verb: verb.verb):
            lines += [f"### {verb.verb}", "", "```", page(verb), "```", ""]
    return "\n".join(lines).rstrip() + "\n"
