"""Secrets leave nothing but the word [redacted], before anything is kept, filed or shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import re2

from bot.core.errors import Misconfigured, UsageError
from bot.core.pattern import compile_pattern
from bot.core.text import LONGEST_LINE

HIDDEN = "[redacted]"
_HIDDEN = HIDDEN.encode()
_WORDS = "PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|SECRET|TOKEN|API[_-]?KEY|[A-Z]_KEY|ACCESSKEY|PRIVATEKEY|CREDENTIAL"
_SETTING = rf"(?i:[A-Z0-9_.-]*(?:{_WORDS})[A-Z0-9_.-]*)"
_KEY = "[A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
# name → pattern; what stands in its groups stays, before and after the secret
SHAPES: Mapping[str, str] = {
    "quoted setting": rf'({_SETTING}["\']?[ \t]*[=:][ \t]*")[^"\n]+(")',
    "setting": rf'({_SETTING}["\']?[ \t]*[=:][ \t]*["\']?)[^\s"\';&]{{3,}}',
    "flag": r"((?i:--(?:password|passwd|token|secret|api-key))[ =])[^\s-]\S{2,}",
    "bearer": r"((?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{12,}",
    "url": r"([a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,100}:)[^\s/@]{1,200}(@)",
    "jwt": r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}",
    "aws": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "gitlab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "slack": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}",
    "google": r"\bAIza[A-Za-z0-9_-]{35}",
    "stripe": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{24,}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}",
    "pypi": r"\bpypi-[A-Za-z0-9_-]{40,}",
    "docker": r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    "openai": r"\bsk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_-]{20,}",
    "digitalocean": r"\bdo[op]_v1_[a-f0-9]{64}",
    "sendgrid": r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "twilio": r"\b(?:AC|SK)[a-f0-9]{32}\b",
    "vault": r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}",
    "databricks": r"\bdapi[a-f0-9]{32}\b",
    "grafana": r"\bgl(?:sa|c)_[A-Za-z0-9_=+/]{32,}",
    "shopify": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "telegram": r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    "azure": r"((?i:AccountKey|SharedAccessKey|sig)=)[A-Za-z0-9+/%=]{20,}",
    "age": r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}",
    "key on one line": rf"(-----BEGIN {_KEY})[^\n]+?(-----END {_KEY})",
}
_KEY_BEGINS = re.compile(f"-----BEGIN {_KEY}".encode())
_KEY_ENDS = re.compile(f"-----END {_KEY}".encode())
_LONGEST_KEY = 500  # lines: a begin without an end must not hide a log for ever
_OVERLAP = 8 * 1024
_SECRET_KEY = re.compile(_SETTING)
_SECRET_HEADER = re.compile(
    r"(?i)(?:proxy-)?authorization|(?:set-)?cookie2?|x-.*(?:auth|key|token|session|secret|csrf).*"
)


class Redactor:
    """Replaces what looks like a secret. Stateless: give it blocks of whole lines."""

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        """extra: an operator's own patterns by name, each hidden whole. Raises Misconfigured, naming a bad one."""
        shapes = dict(SHAPES)
        for given, text in (extra or {}).items():
            name = f"redact.patterns.{given}"
            try:
                matches_nothing = compile_pattern(text).search(b"") is not None
            except UsageError as error:
                raise Misconfigured(name, why=str(error)) from None
            if matches_nothing:
                raise Misconfigured(name, why="it is found in every line", hint="Write what a secret looks like.")
            shapes[name] = text
        self._any = compile_any(list(shapes.values()))
        self._each = [
            (_alone(text), _replacement(_alone(text)) if name in SHAPES else _HIDDEN) for name, text in shapes.items()
        ]

    def block(self, block: bytes) -> tuple[bytes, int]:
        """The block with secrets replaced, and how many there were."""
        if not self._any.search(block):
            return block, 0
        total = 0
        for pattern, replacement in self._each:
            block, count = pattern.subn(replacement, block)
            total += count
        return block, total

    def text(self, text: str) -> str:
        """A short text with secrets replaced, keys of several lines too."""
        return self.scrub(text)[0]

    def words(self, words: Sequence[str]) -> list[str]:
        """The words of a command, each by itself: what a word or the flag before it names secret is hidden whole."""
        return [self._word(before, word) for before, word in zip(("", *words), words, strict=False)]

    def _word(self, before: str, word: str) -> str:
        name, equals, _ = word.partition("=")
        if equals and _SECRET_KEY.fullmatch(name.lstrip("-")):
            return f"{name}={HIDDEN}"
        if _names_secret(before):
            return HIDDEN
        header, colon, _ = word.partition(":")
        return f"{header}: {HIDDEN}" if colon and is_secret_header(header) else self.text(word)

    def scrub(self, text: str) -> tuple[str, int]:
        """A text with secrets replaced, keys of several lines too, and how many there were."""
        scrubber = Scrubber(self)
        block = scrubber.push(text.encode("utf-8", "replace") + b"\n")
        return (block + scrubber.close())[:-1].decode("utf-8", "replace"), scrubber.hidden

    def safe_cut(self, line: bytes, wanted: int) -> int:
        """Where a line may be cut at `wanted` or before, so that no secret that is found in it is cut in two."""
        start = max(0, wanted - _OVERLAP)
        for match in self._any.finditer(line, start):
            if match.start() < wanted < match.end():
                return int(match.start())
            if match.start() >= wanted:
                break
        return wanted


def _names_secret(flag: str) -> bool:
    """Whether what follows a flag is a secret."""
    return flag.startswith("-") and "=" not in flag and _SECRET_KEY.fullmatch(flag.lstrip("-")) is not None


def is_secret_header(name: str) -> bool:
    """Whether an HTTP header of that name carries what lets somebody in."""
    return _SECRET_HEADER.fullmatch(name.strip()) is not None


class Scrubber:
    """One stream's redaction: blocks of whole lines in, in order. It remembers what a border could hide.

    A private key of several lines is hidden from its first line to its last. A line that was broken for
    its length is read together with its next piece, so that a secret on the break is seen whole.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._key_lines = 0
        self._held = b""
        self.hidden = 0

    def push(self, block: bytes) -> bytes:
        """The lines that are safe to show now, possibly none."""
        return self._scrub(self._whole(self._held + block))

    def _whole(self, block: bytes) -> bytes:
        """Hold back the end of a last line that goes on in the next block."""
        self._held = b""
        pieces = block.split(b"\n")
        if len(pieces) < 2 or len(pieces[-2]) < LONGEST_LINE:
            return block
        start = len(block) - len(pieces[-2]) - 1
        cut = self._redactor.safe_cut(pieces[-2], len(pieces[-2]) - _OVERLAP)
        self._held = pieces[-2][cut:]
        return block[: start + cut] + b"\n"

    def _scrub(self, block: bytes) -> bytes:
        if self._key_lines or _KEY_BEGINS.search(block):
            block = b"".join(self._outside_keys(block))
        block, count = self._redactor.block(block)
        self.hidden += count
        return block

    def _outside_keys(self, block: bytes) -> Iterator[bytes]:
        for line in block.splitlines(keepends=True):
            begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
            if self._key_lines:
                self._key_lines = 0 if ends or self._key_lines >= _LONGEST_KEY else self._key_lines + 1
            elif begins and not ends:
                self._key_lines = 1
                self.hidden += 1
                yield line[: begins.end()] + _HIDDEN + b"\n"
            else:
                yield line

    def close(self) -> bytes:
        """What was held back, at the end of the stream."""
        held, self._held = self._held, b""
        return self._scrub(held + b"\n") if held else b""


def compile_any(texts: list[str]) -> Any:
    """One pattern that finds any of several, of any length: operators' lists outgrow a person's limit."""
    return re2.compile(("(?m)" + "|".join(f"(?:{text})" for text in texts)).encode())


def _alone(text: str) -> Any:
    return compile_any([text])


def _replacement(pattern: Any) -> bytes:
    """What stays before the secret is group 1, what stays after it group 2."""
    before, after = (rb"\1" if pattern.groups >= 1 else b""), (rb"\2" if pattern.groups >= 2 else b"")
    return before + _HIDDEN + after


def hide_settings(value: Any) -> Any:
    """An engine's JSON with the values of secret-looking settings hidden, in whichever way it pairs them with a name.

    As a mapping, as `NAME=value`, as `{name: …, value: …}`, as a flag and its value in a list of words; also in JSON
    that stands in a string, as annotations hold it.
    """
    if isinstance(value, dict):
        hidden = {k: HIDDEN if _is_secret(k, v) else hide_settings(v) for k, v in value.items()}
        named = value.get("name")
        if isinstance(named, str) and _is_secret(named, value.get("value")):
            hidden["value"] = HIDDEN
        return hidden
    if isinstance(value, list):
        return [_hide_item(before, item) for before, item in zip((None, *value), value, strict=False)]
    return _hide_inside(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _hide_item(before: Any, item: Any) -> Any:
    if not isinstance(item, str):
        return hide_settings(item)
    return HIDDEN if isinstance(before, str) and _names_secret(before) else _hide_pair(item)


def _hide_inside(text: str) -> str:
    try:
        known = json.loads(text)
    except ValueError:
        return text
    hidden = hide_settings(known)
    return text if hidden == known else json.dumps(hidden)


def _is_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and _SECRET_KEY.fullmatch(key) is not None


def _hide_pair(item: str) -> str:
    name, equals, value = item.partition("=")
    return f"{name}={HIDDEN}" if equals and value and _SECRET_KEY.fullmatch(name) else item
