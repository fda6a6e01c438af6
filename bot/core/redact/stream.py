"""One stream's redaction: blocks of whole lines in, in order. It remembers what a border could hide."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy, deepcopy

from bot.core.redact import keys, spread
from bot.core.redact.redactor import _OVERLAP, Redactor
from bot.core.text import LONGEST_LINE


class Scrubber:
    """A private key or a value over several lines is hidden from its first line to its last. A line that was broken
    for its length is read together with its next piece, so that a secret on the break is seen whole.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._keys, self._spread = keys.PrivateKeys(), spread.Spread()
        self._held = b""
        self._hidden = 0

    @property
    def hidden(self) -> int:
        """How many secrets were replaced so far."""
        return self._hidden + self._keys.found + self._spread.found

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their line."""
        return len(self._held)

    def push(self, block: bytes) -> bytes:
        """The lines that are safe to show now, possibly none."""
        return b"".join([self._scrub(self._whole(self._held + piece)) for piece in _pieces(block)])

    def _whole(self, block: bytes) -> bytes:
        """Hold back the end of a last line that goes on in the next block."""
        self._held = b""
        end = block.rfind(b"\n")
        start = block.rfind(b"\n", 0, max(0, end)) + 1
        if end < 0 or end - start < LONGEST_LINE:
            return block
        line = block[start:end]
        cut = self._redactor.safe_cut(line, len(line) - _OVERLAP)
        self._held = line[cut:]
        return block[: start + cut] + b"\n"

    def _scrub(self, block: bytes) -> bytes:
        if not (self._keys.open or self._spread.open or self._redactor.is_suspect(block)):
            return block
        if self._keys.open or keys.HINT.search(block):
            block = b"".join(self._keys.lines(block))
        if self._spread.open or spread.HINT.search(block):
            block = b"".join(self._spread.lines(block))
        block, count = self._redactor.block(block)
        self._hidden += count
        return block

    def peek(self, line: bytes) -> bytes:
        """How a line would be shown that isn't whole yet: nothing changes. Nothing of one whose beginning is held."""
        if self._held:
            return b""
        ahead = copy(self)
        ahead._keys, ahead._spread = deepcopy(self._keys), deepcopy(self._spread)
        return ahead.push(line) + ahead.close()

    def close(self) -> bytes:
        """What was held back, at the end of the stream."""
        held, self._held = self._held, b""
        return self._scrub(held + b"\n") if held else b""


def _pieces(block: bytes) -> Iterator[bytes]:
    """The block, cut behind each line that was broken for its length: what follows is read with its end."""
    if len(block) <= LONGEST_LINE:
        yield block
        return
    start = end = 0
    for line in block.splitlines(keepends=True):
        end += len(line)
        if len(line) > LONGEST_LINE:
            yield block[start:end]
            start = end
    if start < end:
        yield block[start:end]
