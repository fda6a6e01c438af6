"""The child that takes an archive apart: `python -m bot.unpacking`, from standard input to standard output.

In: a line of JSON, then the .tar.gz. Out: a line of JSON, then the archive with its secrets replaced.
Rules of this file:
- limits on memory and time are set before a byte of the archive is read
- what comes out of the decompressor is counted below whoever reads it: no header's word is believed
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import resource
import sys
import tarfile
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from bot.core.redact import Redactor, Scrubber
from bot.core.units import show_bytes

SECONDS = 60
_MEMORY = 2**30
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Packing:
    """How it went: secrets replaced, the names of what can't be scanned, and why it can't be read at all."""

    hidden: int = 0
    binary: tuple[str, ...] = ()
    why: str = ""


class TooMuch(Exception):
    """More came out than may."""


class Counted(io.RawIOBase):
    """What a decompressor hands out, up to a number of bytes."""

    def __init__(self, source: Any, most: int) -> None:
        super().__init__()
        self._source, self._left = source, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(min(len(buffer), _BLOCK))
        self._left -= len(data)
        if self._left < 0:
            raise TooMuch
        buffer[: len(data)] = data
        return len(data)


class MemberNames:
    """Names of members as they may be seen: as they are, to the byte, unless there is a secret in one.

    Two that differ in their secret alone stay two.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._seen: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        if name not in self._seen:
            clean, hidden = self._redactor.scrub(name)
            self._seen[name] = self._free(clean) if hidden else name
            self._taken.add(self._seen[name])
        return self._seen[name]

    def _free(self, clean: str) -> str:
        numbered = (clean if number == 1 else f"{clean} ({number})" for number in itertools.count(1))
        return next(name for name in numbered if name not in self._taken)


def scrub(data: bytes, redactor: Redactor) -> tuple[bytes, int] | None:
    """Text with its secrets replaced, and their number; None for what isn't text: what holds a NUL."""
    if b"\0" in data:
        return None
    scrubber = Scrubber(redactor)
    ends = data.endswith(b"\n")
    whole = data if ends else data + b"\n"
    blocks = [scrubber.push(block) for block in _blocks(whole)]
    clean = b"".join(blocks) + scrubber.close()
    return (clean if ends else clean.removesuffix(b"\n")), scrubber.hidden


def _blocks(data: bytes) -> Any:
    """Pieces of whole lines: a pattern holds the interpreter for as long as its text is."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", min(len(data) - 1, at + _BLOCK // 4)) + 1 or len(data)
        yield data[at:end]
        at = end


def repack(data: BinaryIO, redactor: Redactor, most: int, hidden: frozenset[str]) -> tuple[Packing, bytes]:
    """The archive with its text scrubbed. hidden: members whose content is secret, whatever it looks like."""
    out = io.BytesIO()
    count, binary, names = 0, list[str](), MemberNames(redactor)
    try:
        source = io.BufferedReader(Counted(gzip.GzipFile(fileobj=data), most), _BLOCK)
        with tarfile.open(fileobj=source, mode="r|") as archive, tarfile.open(fileobj=out, mode="w:gz") as target:
            for member in archive:
                found = archive.extractfile(member) if member.isreg() and not member.issparse() else None
                content = _read(found, member, most) if found else None
                secret = member.name.rstrip("/") in hidden
                member.name, member.linkname = names.of(member.name), names.of(member.linkname)
                member.pax_headers = {}  # they would name it again
                if content is None:
                    _add_empty(target, member)
                    continue
                if secret:
                    content, scrubbed = b"", (_told(content), 1)
                else:
                    scrubbed = scrub(content, redactor) or (content, -1)
                binary += [member.name] if scrubbed[1] < 0 else []
                count += max(0, scrubbed[1])
                member.size = len(scrubbed[0])
                target.addfile(member, io.BytesIO(scrubbed[0]))
    except TooMuch:
        return Packing(why=f"it unpacks to more than {show_bytes(most)}"), b""
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        return Packing(why=str(error)[:200]), b""
    return Packing(count, tuple(binary)), out.getvalue()


def _told(content: bytes) -> bytes:
    return f"[redacted: {len(content):,} bytes of a mounted secret]\n".encode()


def _read(found: Any, member: tarfile.TarInfo, most: int) -> bytes:
    if member.size > most:
        raise TooMuch
    return bytes(found.read())


def _add_empty(target: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    member.size = 0
    if member.issparse():
        member.type = tarfile.REGTYPE
    target.addfile(member)


def main() -> None:
    """Read the task, limit ourselves, do it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    task = json.loads(sys.stdin.buffer.readline())
    redactor = Redactor.from_json(task["redactor"])
    source = cast("BinaryIO", sys.stdin.buffer)
    packing, data = repack(source, redactor, int(task["most"]), frozenset(task["hidden"]))
    head = json.dumps({"hidden": packing.hidden, "binary": packing.binary, "why": packing.why})
    sys.stdout.buffer.write(head.encode() + b"\n" + data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
