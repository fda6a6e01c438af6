"""How much of a value may be hidden in a command: what no shell takes apart, expands or runs.

A sign that a shell acts on ends what is hidden, whatever was found there. Only a value that quotes hold as a whole,
right behind its name, is hidden with every sign in it; and where it is not certain what those quotes hold (a comment, a
here-document, `$'…'`), not even that.
"""

from __future__ import annotations

from typing import Any

from bot.core.pattern import compiled_bytes
from bot.core.redact.values import Span

_PLAIN = compiled_bytes(r"[A-Za-z0-9_.+/=@%:~^#-]*")
_QUOTES = compiled_bytes(r"(?s)\\.|'([^']*)'|\"([^\"$`\\]*)\"|\"(?:[^\"\\]|\\.)*\"")
_UNCERTAIN = compiled_bytes(r"(?:^|\s)#|\$['\"]|<<")
_KEY_RUN = compiled_bytes(r"[A-Za-z0-9+][A-Za-z0-9+/=]{31,}")


class Shell:
    """One command's text as a shell reads it."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        found: list[Any] = [] if _UNCERTAIN.search(text) else list(_QUOTES.finditer(text))
        self._whole = {match.span(at) for match in found for at in (1, 2) if match[at] is not None}

    def inert(self, span: Span) -> Span:
        """The part of a value that may be hidden, from its start; possibly nothing."""
        named = self._text[: max(0, span.start - 1)].rstrip(b" \t")[-1:] in (b"=", b":")
        if named and (span.start, span.end) in self._whole:
            return span
        return Span(span.start, _PLAIN.match(self._text, span.start, span.end).end())


def key_runs(value: bytes, said: Any) -> bytes:
    """A key on one line: its base64 told by its length, and what stands between shown."""
    return bytes(_KEY_RUN.sub(lambda match: said(match[0]), value))
