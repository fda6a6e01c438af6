"""How much of a value may be hidden in a command: one plain run of characters, which nothing takes apart or expands.

Quotes are not trusted to hold a value together: who reads them (a shell, Python, SQL, sed) is not known here, and what
one of them takes for text, another runs.
"""

from __future__ import annotations

from typing import Any

from bot.core.pattern import compiled_bytes
from bot.core.redact.values import Span

_PLAIN = compiled_bytes(r"[A-Za-z0-9_.+/=@%:~^#-]*")
_KEY_RUN = compiled_bytes(r"[A-Za-z0-9+][A-Za-z0-9+/=]{31,}")


def inert(text: bytes, span: Span) -> Span:
    """The part of a value that may be hidden, from its start; possibly nothing."""
    return Span(span.start, _PLAIN.match(text, span.start, span.end).end())


def key_runs(value: bytes, said: Any) -> bytes:
    """A key on one line: its base64 told by its length, and what stands between shown."""
    return bytes(_KEY_RUN.sub(lambda match: said(match[0]), value))
