"""Patterns of people and operators, on a linear-time engine: no pattern can hang the bot.

Source: RE2's syntax, https://github.com/google/re2/wiki/Syntax (no look-around, no back-references).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from bot.core.errors import UsageError

_LONGEST = 500
_HITS = 64  # after so many, lines are asked one by one: a search may go to the block's end for each hit
# Bytes for a pattern and its automaton: with less, one that repeats is searched a hundred times slower. Whether it is
# small enough for that, in instructions, is tried with little memory first.
_MOST_MEMORY, _TRIAL, _LARGEST = 8 << 20, 512 << 10, 2_500


@lru_cache(maxsize=8)
def compile_pattern(text: str, where: str = "the pattern") -> Any:  # re2 ships no types
    """A compiled pattern over UTF-8 bytes in which `^` and `$` mean a line's ends.

    where: the flag that it was typed for. Raises UsageError with RE2's own reason.
    """
    if len(text) > _LONGEST:
        raise UsageError(f"{where} has at most {_LONGEST} characters", hint="Search for a shorter part of it.")
    try:
        size = _compiled(text, _TRIAL).programsize
    except re2.error as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise UsageError(
            f"{where} is no pattern (RE2):", text, why=said.replace("(?m)", ""),
            hint=r"Put `\` before signs that are meant as they stand, as in `\(`.",
        ) from None  # fmt: skip
    if size > _LARGEST:
        raise UsageError(f"{where} repeats too much:", text, hint="Search for less, as `a+` in place of `a{1000}`.")
    return _compiled(text, _MOST_MEMORY)


def _compiled(text: str, memory: int) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    return re2.compile(b"(?m)" + text.encode(), options)


def matching_lines(pattern: Any, block: bytes) -> bytes:
    """The whole lines of a block in which the pattern is found, newlines kept.

    The block is searched as a whole first: most blocks of a large log hold no match, and one pass of
    RE2 over 256 KiB costs less than a call a line. A match that runs over a newline (`\\s+`) only
    tells where to look: each line is then asked by itself.
    """
    kept, at = list[bytes](), 0
    for _ in range(_HITS):
        match = pattern.search(block, at) if at < len(block) else None
        if not match:
            return b"".join(kept)
        start = block.rfind(b"\n", 0, match.start()) + 1
        end = (block.find(b"\n", match.end()) + 1) or len(block)
        kept += [line for line in block[start:end].splitlines(keepends=True) if pattern.search(line.rstrip(b"\n"))]
        at = end
    kept += [line for line in block[at:].splitlines(keepends=True) if pattern.search(line.rstrip(b"\n"))]
    return b"".join(kept)


def compiled(text: str) -> Any:
    """A pattern of our own over text; raises ValueError at import for a bad one."""
    return re2.compile(text)


def compiled_bytes(text: str) -> Any:
    """A pattern of our own over UTF-8 bytes: what isn't UTF-8 is matched by nothing, not even by `[^a]`."""
    return re2.compile(text.encode())
