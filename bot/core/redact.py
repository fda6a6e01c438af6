"""Secrets leave nothing but the word [redacted], before anything is kept, filed or shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import re2

from bot.core.errors import Misconfigured, UsageError
from bot.core.pattern import compile_pattern

HIDDEN = "[redacted]"
_HIDDEN = HIDDEN.encode()
_WORDS = "PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|SECRET|TOKEN|API_?KEY|[A-Z]_KEY|ACCESSKEY|PRIVATEKEY|CREDENTIAL"
_SETTING = rf"(?i:[A-Z0-9_.-]*(?:{_WORDS})[A-Z0-9_.-]*)"
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
    "stripe": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
}
_SECRET_KEY = re.compile(_SETTING)


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
        """A short text with secrets replaced."""
        return self.block(text.encode())[0].decode()


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
    """An engine's JSON with the values of secret-looking settings hidden: `Env` lists and mappings alike."""
    if isinstance(value, dict):
        return {k: HIDDEN if _is_secret(k, v) else hide_settings(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_hide_pair(item) if isinstance(item, str) else hide_settings(item) for item in value]
    return value


def _is_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and _SECRET_KEY.fullmatch(key) is not None


def _hide_pair(item: str) -> str:
    name, equals, value = item.partition("=")
    return f"{name}={HIDDEN}" if equals and value and _SECRET_KEY.fullmatch(name) else item
