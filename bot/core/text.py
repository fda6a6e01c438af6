"""An engine's bytes, made fit to be shown as text: whole lines, valid UTF-8, nothing that acts.

A line here is what ends in a newline. Lines of stderr carry a mark, one byte that no cleaned text holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.output import Lines, Stream
from bot.core.pattern import compiled_bytes, matching_lines
from bot.core.spelling import spell_out

STDERR_MARK = b"\x01"
LONGEST_LINE = 1 << 20
_SLICE = 1 << 16
_IN_TEXT, _MOST_ODD, _SHORT_WORD = "\t\n\r\x1b", 0.1, 1.5
_LONGEST_PROMPT, _IN_DOCUMENTS = 300, (b"{", b"}", b'"', b"<", b"://")
TAR_MAGIC = slice(257, 262)  # POSIX, ustar interchange format
_STYLE = "\ufe0f".encode()
_PIECE = 1 << 14  # what engines keep of a line in one entry
TIME = compiled_bytes(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* ")
# Source: ECMA-48: control sequences, strings (titles, links, device control) up to their end, character sets, the rest;
# an introducer is an escape with a letter, or one character of its own (C1). A string that never ends hides nothing.
_ESCAPES = compiled_bytes(
    r"(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\n\x{90}\x{98}\x{9b}-\x{9f}]*(?:\x07|\x1b\\|\x{9c})"
    r"|\x1b(?:[ -/]+[0-~]|[0-?@-Z\\^_`-~])"
)
_BEGINS_ESCAPE = (b"\x1b", b"\xc2\x9b", b"\xc2\x90", b"\xc2\x98", b"\xc2\x9d", b"\xc2\x9e", b"\xc2\x9f")
_OVERWRITTEN = "␍ ".encode()
_PICTURES = tuple(
    (bytes([code]), ("␡" if code == 127 else chr(0x2400 + code)).encode()) for code in (*range(9), *range(11, 32), 127)
)


def clean(block: bytes) -> bytes:
    """Bytes of any origin as UTF-8 without terminal codes, control characters and invisible signs.

    Colours go, other controls become a visible sign (`␇`), bytes that are not UTF-8 become `�`. A line that was written
    over is shown as it stood at last, behind a `␍`.
    """
    if any(begin in block for begin in _BEGINS_ESCAPE):
        block = _ESCAPES.sub(b"", block)
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if b"\r" in block:
        block = b"\n".join(map(_at_last, block.split(b"\n")))
    return b"".join(map(_spelt, _slices(block)))


def _at_last(line: bytes) -> bytes:
    """A progress bar writes over its own line: what stood before its last state is left out, and that is shown."""
    before, _, last = line.rstrip(b"\r").rpartition(b"\r")
    return (_OVERWRITTEN if before.strip(b"\r ") else b"") + last


def _slices(block: bytes) -> Iterator[bytes]:
    """A piece at a time, so that nobody waits long: none begins within a character, or with the sign for its style."""
    start = 0
    while start < len(block):
        end = start + _SLICE
        end += next((n for n, byte in enumerate(block[end : end + 3]) if byte & 0xC0 != 0x80), 3)
        end += len(_STYLE) if block.startswith(_STYLE, end) else 0
        yield block[start:end]
        start = end


def _spelt(block: bytes) -> bytes:
    """A search for each control costs less than a call for each."""
    for control, picture in _PICTURES:
        if control in block:
            block = block.replace(control, picture)
    return block if block.isascii() else spell_out(block.decode("utf-8", "replace")).encode()


def is_prompt(begun: bytes) -> bool:
    """Whether a cleaned line without an end reads as a prompt or a progress bar does: short, and no part of a document
    or an address, in which what comes later says that what came before was a secret.
    """
    return len(begun) <= _LONGEST_PROMPT and not any(sign in begun for sign in _IN_DOCUMENTS)


def is_binary(start: bytes) -> bool:
    """Whether what begins so is no text. Words with NULs behind each, as in `/proc/1/environ`, are; letters with a NUL
    behind each, as in UTF-16, are none.
    """
    if b"\0" not in start:
        return False
    words = [word for word in start.decode("utf-8", "replace").split("\0") if word]
    letters = sum(map(len, words))
    odd = sum(sign == "\ufffd" or (sign < " " and sign not in _IN_TEXT) for word in words for sign in word)
    return letters < _SHORT_WORD * max(1, len(words)) or odd > letters * _MOST_ODD or start[TAR_MAGIC] == b"ustar"


class StreamSplitter:
    """Cuts a process' chunks into blocks of whole lines, each of one stream."""

    def __init__(self) -> None:
        self._splitters: dict[Stream, LineSplitter] = {"out": LineSplitter(), "err": LineSplitter()}
        self._last: Stream = "out"

    @property
    def rest(self) -> Lines | None:
        """What a stream has written of a line, as a line; of two the one that spoke last."""
        known = sorted(self._splitters.items(), key=lambda it: it[0] != self._last)
        return next((Lines(it.rest + b"\n", stream) for stream, it in known if it.rest), None)

    def push(self, stream: Stream, chunk: bytes) -> Lines | None:
        """The lines that are complete now."""
        self._last = stream
        block = self._splitters[stream].push(chunk)
        return Lines(block, stream) if block else None

    def forget(self, stream: Stream) -> None:
        """What a stream has begun is no line after all."""
        self._splitters[stream].close()

    def close(self) -> list[Lines]:
        """What was left without a newline, as last lines."""
        rest = [(stream, splitter.close()) for stream, splitter in self._splitters.items()]
        return [Lines(block, stream) for stream, block in rest if block]


def with_one_time(block: bytes) -> bytes:
    """Lines that begin with their time; a long one without those of its further pieces.

    Engines cut a line each 16 KiB, and put a time before each piece: what is one word must not be two.
    """
    if len(block) <= _PIECE:
        return block
    return b"".join(line if len(line) <= _PIECE else _with_one_time(line) for line in block.splitlines(keepends=True))


def _with_one_time(line: bytes) -> bytes:
    parts, at = [], 0
    while time := TIME.match(line, at):
        start = at if not at else time.end()
        end = time.end() + _PIECE
        parts.append(line[start:end])
        at = end
    return b"".join([*parts, line[at:]])


def under_name(name: str, block: bytes) -> bytes:
    """Each line with the name of who wrote it before it."""
    before = f"{name} │ ".encode()
    return b"".join(before + line for line in block.splitlines(keepends=True))


class LineSplitter:
    """Cuts a byte stream of any chunking into blocks of whole lines.

    A line of 1 MiB or more is broken there, so that a log without newlines is held in bounded memory; its rest
    follows, though it may be empty.
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def rest(self) -> bytes:
        """What there is of a line so far."""
        return bytes(self._rest)

    def push(self, chunk: bytes) -> bytes:
        """The lines that are complete now, possibly none."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._rest += chunk
            return self._break()
        first = chunk.find(b"\n")
        self._rest += chunk[:first]
        block = self._break() + bytes(self._rest) + chunk[first:end]
        self._rest = bytearray(chunk[end:])
        return block + self._break()

    def _break(self) -> bytes:
        blocks = b""
        while len(self._rest) >= LONGEST_LINE:
            blocks += bytes(self._rest[:LONGEST_LINE]) + b"\n"
            del self._rest[:LONGEST_LINE]
        return blocks

    def close(self) -> bytes:
        """What was left without a newline, as a last line."""
        rest, self._rest = bytes(self._rest), bytearray()
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
