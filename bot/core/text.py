"""An engine's bytes, made fit to be shown as text: whole lines, valid UTF-8, nothing that acts.

A line here is what ends in a newline. Lines of stderr carry a mark, one byte that no cleaned text holds.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from bot.core.output import Lines, Stream
from bot.core.pattern import matching_lines

STDERR_MARK = b"\x01"
LONGEST_LINE = 1 << 20
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10)) + b"\x7f"
_HAS_CONTROL = re.compile(b"[" + re.escape(_CONTROLS) + b"]")
# Signs that turn the reading direction or hide themselves: what is read must be what was written.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def clean(block: bytes) -> bytes:
    """Bytes of any origin as UTF-8 without terminal codes, control characters and invisible signs.

    Colours go, other controls become a visible sign (`␇`), bytes that are not UTF-8 become `�`.
    """
    if not block.isascii():
        text = block.decode("utf-8", "replace")
        block = _INVISIBLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text).encode()
    if _HAS_CONTROL.search(block):
        block = _ESCAPES.sub(b"", block).replace(b"\r\n", b"\n")
        block = _HAS_CONTROL.sub(_picture, block)
    return block


def _picture(sign: re.Match[bytes]) -> bytes:
    code = sign[0][0]
    return ("␡" if code == 127 else chr(0x2400 + code)).encode()


async def whole_lines(output: AsyncGenerator[tuple[Stream, bytes], None]) -> AsyncGenerator[Lines, None]:
    """A process' chunks as blocks of whole lines, each of one stream; closes what it reads."""
    splitters: dict[Stream, LineSplitter] = {"out": LineSplitter(), "err": LineSplitter()}
    async with aclosing(output):
        async for stream, chunk in output:
            if block := splitters[stream].push(chunk):
                yield Lines(block, stream)
    for stream, splitter in splitters.items():
        if block := splitter.close():
            yield Lines(block, stream)


def under_name(name: str, block: bytes) -> bytes:
    """Each line with the name of who wrote it before it."""
    before = f"{name} │ ".encode()
    return b"".join(before + line for line in block.splitlines(keepends=True))


class LineSplitter:
    """Cuts a byte stream of any chunking into blocks of whole lines.

    A line over 1 MiB is broken there, so that a log without newlines is held in bounded memory.
    """

    def __init__(self) -> None:
        self._rest = b""

    def push(self, chunk: bytes) -> bytes:
        """The lines that are complete now, possibly none."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._rest += chunk
            return self._break()
        block, self._rest = self._rest + chunk[:end], chunk[end:]
        return block

    def _break(self) -> bytes:
        blocks = b""
        while len(self._rest) >= LONGEST_LINE:
            blocks += self._rest[:LONGEST_LINE] + b"\n"
            self._rest = self._rest[LONGEST_LINE:]
        return blocks

    def close(self) -> bytes:
        """What was left without a newline, as a last line."""
        rest, self._rest = self._rest, b""
        return rest + b"\n" if rest else b""


def mark_stderr(block: bytes) -> bytes:
    """Each line with the mark of stderr before it."""
    return STDERR_MARK + block[:-1].replace(b"\n", b"\n" + STDERR_MARK) + block[-1:]


def sieve(pattern: Any, block: bytes) -> bytes:
    """The lines in which a pattern is found; the mark of stderr is not part of the text."""
    if STDERR_MARK not in block:
        return matching_lines(pattern, block)
    lines = block.splitlines(keepends=True)
    return b"".join(line for line in lines if pattern.search(line.lstrip(STDERR_MARK).rstrip(b"\n")))
