"""A program's standard output that isn't text: collected as it is, and given as a file."""

from __future__ import annotations

import asyncio
import gzip
import zlib

from bot.core.output import File, Note, Output
from bot.core.text import TAR_MAGIC, is_binary
from bot.core.units import show_bytes

_HEAD = 8 * 1024  # what is text this far is text
_TAR_BLOCK = 512
_ARCHIVE = "output.tar.gz"


class BinaryOutput:
    """most: bytes that a file may have; of a longer output nothing is kept, and its length is said."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = bytearray()
        self._size = 0
        self._look_at = 1  # bytes: not at each of many small pieces
        self._is_text = self._is_binary = False

    def takes(self, chunk: bytes) -> bool:
        """Whether this is part of a file, and no text."""
        if self._is_text:
            return False
        self._size += len(chunk)
        if self._size <= self._most:
            self._data += chunk
        elif self._data:
            self._data = bytearray()
        if not self._is_binary and self._size >= self._look_at:
            self._look_at = 2 * self._size
            self._is_binary = is_binary(bytes(self._data[:_HEAD]))
            self._is_text = not self._is_binary and self._size >= _HEAD
        return self._is_binary

    async def close(self, *, whole: bool) -> list[Output]:
        """The file; nothing where it was text. whole: the program came to its end."""
        if not self._is_binary:
            return []
        size = show_bytes(self._size)
        if self._size > self._most:
            return [Note(f"It wrote {size} of binary data: a file here may have at most {show_bytes(self._most)}.")]
        file = await asyncio.to_thread(_file, bytes(self._data))
        if not whole and file.name == _ARCHIVE:  # nobody can tell what is in it
            return [Note(f"It wrote {size} of an archive that was cut short: it is not shown.")]
        return [file]


def _file(data: bytes) -> File:
    """An archive by a name by which its members are scanned for secrets."""
    if data[TAR_MAGIC] == b"ustar":
        return File(_ARCHIVE, gzip.compress(data, 1))
    try:
        start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _TAR_BLOCK)
    except zlib.error:
        start = b""
    return File(_ARCHIVE if start[TAR_MAGIC] == b"ustar" else "output.bin", data)
