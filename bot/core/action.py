"""A verb: a frozen dataclass whose fields are its flags.

Grammar, help, errors, the reference page and the policy's groups are read off these classes; a verb
is added by adding its file. The folder that it stands in is its layer, the layer is its permission.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from cyclopts import Parameter

from bot.core.bench import Bench
from bot.core.effect import Effect
from bot.core.errors import UsageError
from bot.core.output import Output
from bot.core.pattern import compile_pattern
from bot.core.plan import NO_PLAN, Plan
from bot.core.takes import NOTHING, Takes
from bot.core.units import parse_duration, parse_when


class Layer(StrEnum):
    """The permission group of a verb; also its folder in `bot/actions`."""

    LOOK = "look"
    SHELL = "shell"
    DEBUG = "debug"
    TRACE = "trace"
    TRIAGE = "triage"
    DESK = "desk"


class Action:
    """One command as understood: what a person asked for, before anything was looked up."""

    verb: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = ()
    rights: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Any, ...]] = ()
    layer: ClassVar[Layer] = Layer.DESK
    _takes: ClassVar[Takes] = NOTHING

    def __init_subclass__(
        cls,
        verb: str = "",
        aliases: tuple[str, ...] = (),
        examples: tuple[str, ...] = (),
        takes: Takes = NOTHING,
        needs: tuple[Any, ...] = (),
        rights: tuple[str, ...] = (),
    ) -> None:
        """needs: the ports that it can't do without. rights: what a cluster must grant for it, as `get pods/log`."""
        if verb:
            cls.verb, cls.aliases, cls.examples, cls.needs, cls.rights = verb, aliases, examples, needs, rights
            cls.layer = Layer(cls.__module__.split(".")[-2])
            cls._takes = takes

    selector: str = ""
    namespace: str = ""
    container: str = ""
    reason: str = ""
    glass: str = ""

    @property
    def within(self) -> str:
        """The namespace as typed: `*` is all of them, nothing where the thread or the channel says."""
        return self.namespace

    @property
    def part(self) -> str:
        """Which container of a pod: its name, `*` for each, nothing for the pod's own choice."""
        return self.container

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which kinds of objects are meant where none is named; nothing for the engine's own choice."""
        return ()

    @property
    def takes(self) -> Takes:
        """What it is pointed at."""
        return self._takes

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets as typed; none where the thread or the whole scope is meant."""
        return ()

    def pointed_at(self, target: str) -> Self:
        """The same, of this target."""
        return self

    @property
    def fields(self) -> str:
        """Which objects of a list, by their fields, as the cluster selects them."""
        return ""

    @property
    def order(self) -> str:
        """The place in each object by which a list of them is sorted; nothing where that is a column."""
        return ""

    @property
    def instead(self) -> str:
        """A sentence of what to do on an engine that lacks what this needs."""
        return ""

    @property
    def beside(self) -> str:
        """The command that does the same from beside a container that lacks the program; nothing where none does."""
        return ""

    @property
    def sieve(self) -> str:
        """A pattern: only output lines that hold it are kept and shown. Applied after redaction."""
        return ""

    @property
    def last(self) -> int:
        """How many of the lines that the sieve lets through are wanted, the last ones; 0 for all."""
        return 0

    @property
    def nothing(self) -> str:
        """What to say where there is nothing to show."""
        return "It printed nothing."

    @property
    def shows_end(self) -> bool:
        """Whether the end of a long result matters more than its start."""
        return False

    @property
    def endless(self) -> bool:
        """Whether it goes on until somebody stops it."""
        return False

    @property
    def interactive(self) -> bool:
        """Whether people type into it while it runs: its bench has their keys."""
        return False

    @property
    def warnings(self) -> tuple[str, ...]:
        """Advice on what was typed; it forbids nothing."""
        return ()

    @property
    def lasting(self) -> str:
        """What it may change that can't be undone, for whoever approves it; nothing where it only reads."""
        return ""

    @property
    def plans(self) -> bool:
        """Whether it makes, changes or removes anything at all."""
        return type(self).plan is not Action.plan

    async def plan(self, found: Any, bench: Bench) -> Plan:
        """What it will make, change or remove. It only reads. Raises CdebugError where there is no way."""
        return NO_PLAN

    def run(self, found: Any, bench: Bench) -> AsyncGenerator[Output, None]:
        """Do it on the engine, as the bench's plan has it. found: as the verb takes it."""
        raise NotImplementedError(self.verb)


class DeskAction(Action):
    """A verb that touches no engine: it says what it asks for, and the pipeline performs that."""

    def effect(self) -> Effect:
        """What is asked for."""
        raise NotImplementedError(self.verb)


class Shown(str):
    """How help writes a field's value, in the field's annotation: `TIME`; in brackets what may be left out."""


def option(*names: str, help: str, **more: Any) -> Parameter:
    """A flag of a verb: its names as typed, and what it does."""
    return Parameter(name=names, help=help, negative=(), **more)


def _duration(_: Any, tokens: Any) -> timedelta:
    return parse_duration(tokens[0].value)


def _check_when(_: Any, value: str) -> None:
    if value:
        parse_when(value, datetime(2000, 1, 1, tzinfo=UTC))


def _check_grep(_: Any, value: str) -> None:
    if value:
        compile_pattern(value, "`--grep`")


def _check_pattern(_: Any, value: str) -> None:
    if value:
        compile_pattern(value)


def _check_tail(_: Any, value: str) -> None:
    if value not in ("", "all") and not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise UsageError("not a number of lines:", value, hint="Write `--tail 100`, or `--tail all`.")


Duration = Annotated[timedelta, Parameter(converter=_duration), Shown("DURATION")]
When = Annotated[str, Parameter(validator=_check_when), Shown("TIME")]
GrepText = Annotated[str, Parameter(validator=_check_grep), Shown("PATTERN")]
PatternText = Annotated[str, Parameter(validator=_check_pattern), Shown("PATTERN")]
Tail = Annotated[str, Parameter(validator=_check_tail), Shown("LINES")]


def _check_text(_: Any, value: str) -> None:
    if len(value) > _LONGEST_REASON:
        raise UsageError(f"a reason has at most {_LONGEST_REASON} characters", hint="Say it shorter.")


_LONGEST_REASON = 500
TARGET = "[context/][namespace/][kind/]name; in a thread, the thread's own"


@dataclass(frozen=True, kw_only=True)
class Located(Action):
    """What every verb that reaches an engine can be told: where to look, by which labels, and why."""

    selector: Annotated[str, option("--selector", "-l", help="find by label, as `app=web`")] = ""
    namespace: Annotated[str, option("--namespace", "-n", help="the namespace, `*` for all; on Docker the project")] = (
        ""
    )
    reason: Annotated[
        str, option("--reason", help="why, for whoever approves it", validator=_check_text), Shown("WHY")
    ] = ""
    glass: Annotated[
        str,
        option(
            "--break-glass",
            help="why it can't wait for an approval; told in the audit channel",
            validator=_check_text,
        ),
        Shown("WHY"),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Inside(Action):
    """What a verb can be told that is about one container of a pod. Docker has no pods."""

    container: Annotated[str, option("--container", "-c", help="which container of a pod")] = ""


@dataclass(frozen=True)
class TargetedAction(Located):
    """A verb that is pointed at one thing by name, by label, or by the thread that it stands in."""

    target: Annotated[str, Parameter(help=TARGET), Shown("[TARGET]")] = ""

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.target,) if self.target else ()

    def pointed_at(self, target: str) -> Self:
        return replace(self, target=target)


@dataclass(frozen=True)
class MultiTargetedAction(Located):
    """A verb that is pointed at any number of things; at all there are when none is named."""

    targets: Annotated[tuple[str, ...], Parameter(help=TARGET), Shown("[TARGET…]")] = ()

    def pointed_at(self, target: str) -> Self:
        return replace(self, targets=(target,))


@dataclass(frozen=True, kw_only=True)
class ArgvAction(Inside, TargetedAction):
    """A verb that takes a command after `--`, as a list that no shell of ours reads, and standard input."""

    argv: Annotated[tuple[str, ...], Parameter(parse=False)] = ()
    stdin: Annotated[str, Parameter(parse=False)] = ""


@dataclass(frozen=True)
class PathAction(Inside, Located):
    """A verb that is pointed at a path in one container: `web /app`, `web:/app`, or in a thread `/app`."""

    words: Annotated[tuple[str, ...], Parameter(help=f"{TARGET}, then a path"), Shown("[TARGET] [PATH]")] = ()

    def __post_init__(self) -> None:
        if len(self.words) > 2 or (len(self.words) == 2 and (_is_path(self.words[0]) or _cut(self.words[0])[1])):
            raise UsageError(f"`{self.verb}` takes one target and one path, not", " ".join(self.words)[:80])

    @property
    def targets(self) -> tuple[str, ...]:
        if not self.words or _is_path(self.words[0]):
            return ()
        return (_cut(self.words[0])[0],)

    @property
    def path(self) -> str:
        """The path as typed; nothing where none was."""
        if len(self.words) == 2:
            return self.words[1]
        if not self.words:
            return ""
        return self.words[0] if _is_path(self.words[0]) else _cut(self.words[0])[1]

    def pointed_at(self, target: str) -> Self:
        return replace(self, words=(target, self.path) if self.path else (target,))


def _is_path(word: str) -> bool:
    return word.startswith(("/", ".", "~"))


def _cut(word: str) -> tuple[str, str]:
    """`web:/app` → web, /app."""
    name, colon, path = word.partition(":")
    return (name, path) if colon else (word, "")
