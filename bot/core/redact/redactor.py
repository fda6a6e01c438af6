"""Replaces what looks like a secret in blocks of whole lines, and in a command's words."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import re2

from bot.core.errors import Misconfigured, UsageError
from bot.core.pattern import compile_pattern
from bot.core.redact import keys, pairs
from bot.core.redact.names import HINTS, is_secret_header, rank
from bot.core.redact.shapes import SHAPES
from bot.core.redact.shell import inert, key_runs, plain_end
from bot.core.redact.values import Span, is_placeholder

HIDDEN = "[redacted]"
_HIDDEN = HIDDEN.encode()
_OVERLAP = 8 * 1024
_NAME = 512  # bytes before a value that its name may begin in
_SHORTEST = 4  # characters of a value that is hidden wherever it stands
_SCHEMES = ("bearer ", "basic ", "token ", "digest ", "negotiate ")
_OWN_VALUES = ("--env", "-e")
_WRAPPERS = frozenset({"env", "sudo"})
_CLIENTS = frozenset({
    "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin", "mariadb-import",
    "redis-cli", "valkey-cli", "sshpass", "sqlcmd", "mongo", "mongosh", "mongodump", "mongorestore", "mongoexport",
    "mongoimport",
})  # fmt: skip


class Redactor:
    """Stateless: give it blocks of whole lines. What a redactor of a run knows more is `also`."""

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        """extra: an operator's own patterns by name, each hidden whole. Raises Misconfigured, naming a bad one."""
        self._extra = dict(extra or {})
        shapes = dict(SHAPES)
        for given, text in self._extra.items():
            _check(given, text)
            shapes[given] = text
        self._more: tuple[tuple[str, bool], ...] = ()
        self._set([(text, name in SHAPES and name not in self._extra) for name, text in shapes.items()])

    def _set(self, shapes: Sequence[tuple[str, bool]]) -> None:
        """shapes: patterns, and whether their groups stay."""
        self._shapes = list(shapes)
        self._any = compile_any([text for text, _ in shapes])
        self._hint = compile_any([*(text for text, _ in shapes), f"(?i:{HINTS})", keys.HINTS])
        self._each = [
            (pattern := compile_any([text]), _replacement(pattern) if ours else _HIDDEN) for text, ours in shapes
        ]

    def also(self, names: Iterable[str] = (), values: Iterable[str] = ()) -> Redactor:
        """One that hides the values of these variables too, and these values wherever they stand, in base64 as well."""
        more = [rf"((?:^|[^A-Za-z0-9_]){re2.escape(name)}=)[^\n]+" for name in sorted(set(names)) if name]
        literal = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        if not more and not literal:
            return self
        return self._with((*((re2.escape(text), True) for text in literal), *((text, True) for text in more)))

    def _with(self, more: tuple[tuple[str, bool], ...]) -> Redactor:
        made = Redactor(self._extra)
        made._more = (*more, *self._more)
        made._set([*made._more, *made._shapes])
        return made

    def to_json(self) -> str:
        """All that it knows, for another process."""
        return json.dumps({"extra": self._extra, "more": self._more})

    @classmethod
    def from_json(cls, text: str) -> Redactor:
        """The inverse."""
        known = json.loads(text)
        more = tuple((str(pattern), bool(ours)) for pattern, ours in known["more"])
        return cls(known["extra"])._with(more) if more else cls(known["extra"])

    def is_suspect(self, block: bytes) -> bool:
        """Whether a block may hold anything at all, of itself: most blocks of a log hold nothing, and one look says so."""
        return self._hint.search(block) is not None

    def block(self, block: bytes) -> tuple[bytes, int]:
        """The block with secrets replaced, and how many there were."""
        spans = pairs.spans(block)
        block, total = _without(block, spans, lambda _: _HIDDEN), len(spans)
        if self._any.search(block):
            for pattern, replacement in self._each:
                # What is hidden already, and found by another pattern too, is one secret.
                total += sum(_HIDDEN not in match[0] for match in pattern.finditer(block))
                block = pattern.sub(replacement, block)
        return block, total

    def text(self, text: str) -> str:
        """A short text with secrets replaced, keys of several lines too."""
        return self.scrub(text)[0]

    def scrub(self, text: str) -> tuple[str, int]:
        """The same, and how many there were."""
        from bot.core.redact.stream import Scrubber

        scrubber = Scrubber(self)
        block = scrubber.push(text.encode("utf-8", "replace") + b"\n")
        return (block + scrubber.close()).removesuffix(b"\n").decode("utf-8", "replace"), scrubber.hidden

    # ---- commands: what a shell would run stays to be read, and what is hidden says how long it is

    def words(self, words: Sequence[str]) -> list[str]:
        """The words of a command, each by itself. Flags of ours stand before a `--`."""
        ours = words.index("--") if "--" in words else len(words)
        flags = next((at for at, word in enumerate(words) if word.startswith("-")), ours)
        before = ("", *words)
        told = [
            self._target(word) if at < flags else self._word(before[at], word, own=at < ours)
            for at, word in enumerate(words)
        ]
        return [*told[: ours + 1], *self._of_client(words[ours + 1 :], told[ours + 1 :])]

    def spec(self, value: object) -> object:
        """What is to be made, with the values of `{name, value}` pairs hidden as a command's are. All else stays as it
        is: it may be what runs.
        """
        if isinstance(value, list | tuple):
            return [self.spec(it) for it in value]
        if not isinstance(value, Mapping):
            return value
        shown = {name: self.spec(it) for name, it in value.items()}
        named, given = value.get("name"), value.get("value")
        if isinstance(named, str) and isinstance(given, str) and _is_secret(named):
            shown["value"] = self._value(given)
        return shown

    def value(self, value: object) -> object:
        """What stands in an object, or is to: as `spec`, and each text in it as a command is shown."""
        if isinstance(value, str):
            return self.command(value)
        if isinstance(value, list | tuple):
            return [self.value(it) for it in value]
        if not isinstance(value, Mapping):
            return value
        known = self.spec(value)
        assert isinstance(known, Mapping)
        return {name: self.value(it) for name, it in known.items()}

    def _of_client(self, argv: Sequence[str], told: Sequence[str]) -> Sequence[str]:
        """Words of another program, which takes one as a password: `mysql -psecret`. That program alone, by its place,
        and one word of it: whatever follows a name that stands elsewhere may be what runs.
        """
        at = next((n for n, word in enumerate(argv) if word not in _WRAPPERS and "=" not in word), 0)
        client = argv[at].rpartition("/")[2] if argv else ""
        if client not in _CLIENTS:
            return told
        last = at + 2 if client == "sshpass" else len(argv) - 1
        for n in range(at + 1, min(last, len(argv) - 1) + 1):
            before = f"{client} {argv[n - 1]} " if argv[n - 1].startswith("-") else f"{client} "
            is_one_word = told[n] == argv[n] and argv[n][:1] != "/" and not any(map(str.isspace, argv[n]))
            said = self.command(before + argv[n]) if is_one_word else ""
            if said.startswith(before) and said != before + argv[n]:
                return [*told[:n], said.removeprefix(before), *told[n + 1 :]]
        return told

    def _target(self, word: str) -> str:
        """What a command is pointed at: the container `token` is no setting, though a path follows it."""
        if "://" in word:
            return self.command(word)
        name, colon, path = word.partition(":")
        return f"{self.command(name)}{colon}{self.command(path)}"

    def command(self, text: str) -> str:
        """A line for a shell, or a command's input."""
        data = text.encode("utf-8", "backslashreplace")
        found = [span for it in pairs.spans(data, command=True) if (span := inert(data, it)).end > span.start]
        data = _without(data, found, _sized)
        for pattern, _ in self._each if self._any.search(data) else ():
            data = _told(pattern, data)
        if keys.HINT.search(data):
            data = b"".join(keys.bodies_said(data))
        return data.decode("utf-8", "replace")

    def _word(self, before: str, word: str, *, own: bool) -> str:
        name, equals, value = word.partition("=")
        if own and before in _OWN_VALUES and equals:
            return f"{name}={self._value(value) if _is_secret(name) else self.command(value)}"
        if before.startswith("-") and "=" not in before and _is_secret(before.lstrip("-")):
            return self._value(word)
        if word.startswith("--") and equals and _is_secret(name.lstrip("-")):
            return f"{name}={self._value(value)}"
        header, colon, rest = word.partition(":")
        if colon and before in ("-H", "--header") and is_secret_header(header):
            space = rest[: len(rest) - len(rest.lstrip())]
            value = rest.strip()
            # Our own verbs send a header, and run nothing of it.
            said = _said(value) if own and value else self._of_header(value)
            return f"{header}:{space}{said}{rest[len(space) + len(value) :]}"
        return self.command(word)

    def _of_header(self, value: str) -> str:
        """Of another program: behind its scheme, as any value."""
        scheme = next((it for it in _SCHEMES if value.lower().startswith(it)), "")
        return value[: len(scheme)] + self._value(value[len(scheme) :])

    def _value(self, value: str) -> str:
        """One plain run of it. Of another program's flag nobody knows that a value follows: what looks like a flag or a
        path may be what runs.
        """
        if value[:1] in ("-", "/"):
            return self.command(value)
        end = plain_end(value)
        if not end or (is_placeholder(value.encode("utf-8", "replace")) and end == len(value)):
            return value[:end] + self.command(value[end:])
        return _said(value[:end]) + self.command(value[end:])

    def safe_cut(self, line: bytes, wanted: int) -> int:
        """Where a line may be cut at `wanted` or before, so that no secret that is found in it is cut in two."""
        start = max(0, wanted - _OVERLAP)
        for match in self._any.finditer(line, start):
            if match.start() < wanted < match.end():
                return int(match.start())
            if match.start() >= wanted:
                break
        for span in pairs.spans(line[start : wanted + _OVERLAP]):
            if start + span.start - _NAME < wanted < start + span.end:
                return max(0, min(wanted, start + span.start) - _NAME)
        return wanted


def _check(given: str, text: str) -> None:
    name = f"redact.patterns.{given}"
    try:
        matches_nothing = compile_pattern(text).search(b"") is not None
    except UsageError as error:
        raise Misconfigured(name, why=str(error)) from None
    if matches_nothing:
        raise Misconfigured(name, why="it is found in every line", hint="Write what a secret looks like.")


def _is_secret(name: str) -> bool:
    return rank(name) in ("secret", "header")


def _forms(value: str) -> list[str]:
    """A value, and how it looks in base64; each line of one that has several."""
    lines = [line for line in value.splitlines() if len(line.strip()) >= _SHORTEST]
    encoded = base64.b64encode(value.encode()).decode().rstrip("=") if len(value) >= _SHORTEST else ""
    return [*lines, *([encoded] if encoded else [])]


def _said(value: str) -> str:
    return f"[redacted: {len(value):,} character{'s' if len(value) != 1 else ''}]"


def _sized(value: bytes) -> bytes:
    return _said(value.decode("utf-8", "replace")).encode()


def _told(pattern: Any, data: bytes) -> bytes:
    """A shape in a command: its length stands in its place, as far as no shell acts on it."""
    matches = list(pattern.finditer(data))
    if not matches:
        return data
    parts, at = list[bytes](), 0
    for match in matches:
        groups = [match[number] or b"" for number in range(1, match.re.groups + 1)]
        before, after = (groups[0] if groups else b""), (groups[1] if len(groups) > 1 else b"")
        whole = Span(match.start() + len(before), match.end() - len(after))
        span = inert(data, whole)
        rest = data[span.end : whole.end]
        parts += [data[at : span.start], _sized(data[span.start : span.end]) if span.end > span.start else b""]
        parts.append(key_runs(rest, _sized) if b"PRIVATE KEY" in before else rest)
        at = whole.end
    return b"".join([*parts, data[at:]])


def _without(block: bytes, spans: Sequence[Span], said: Any) -> bytes:
    parts, at = [], 0
    for span in spans:
        parts += [block[at : span.start], said(block[span.start : span.end])]
        at = span.end
    return b"".join([*parts, block[at:]]) if spans else block


def compile_any(texts: Sequence[str]) -> Any:
    """One pattern that finds any of several, of any length: operators' lists outgrow a person's limit."""
    options = re2.Options()
    options.max_mem = 64 << 20
    return re2.compile(("(?m)" + "|".join(f"(?:{text})" for text in texts)).encode(), options)


def _replacement(pattern: Any) -> bytes:
    """What stays before the secret is group 1, what stays after it group 2."""
    before, after = (rb"\1" if pattern.groups >= 1 else b""), (rb"\2" if pattern.groups >= 2 else b"")
    return before + _HIDDEN + after
