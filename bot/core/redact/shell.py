"""How much of a value may be hidden in a command: one plain run of characters, which nothing takes apart or expands.

Quotes are not trusted to hold a value together: who reads them (a shell, Python, SQL, sed) is not known here, and what
one of them takes for text, another runs.
"""

from __future__ import annotations

from typing import Any

from bot.core.pattern import compiled_bytes
from bot.core.redact.values import Span

_PLAIN = compiled_bytes(r"[A-Za-z0-9_.+/=@%:~^#-]*")
_KEY_RUN = compiled_bytes(r"[A-Za-z0-9+][A-Za-z0-9+/]{31,}")
_KEY_ALONE = compiled_bytes(r"(?:[A-Za-z0-9+/]|[ \t]|\\n)*={0,2}(?:[ \t]|\\n)*")


def inert(text: bytes, span: Span) -> Span:
    """The part of a value that may be hidden, from its start; possibly nothing."""
    return Span(span.start, _PLAIN.match(text, span.start, span.end).end())


def plain_end(value: str) -> int:
    """The same of a value by itself: where its plain run ends."""
    data = value.encode("utf-8", "replace")
    return inert(data, Span(0, len(data))).end  # every sign of it is one byte


def key_runs(value: bytes, said: Any) -> bytes:
    """A key on one line: its base64 told by its length. Where anything else stands between its markers, all is shown."""
    if not _KEY_ALONE.fullmatch(value):
        return value
    return bytes(_KEY_RUN.sub(lambda match: said(match[0]), value))
