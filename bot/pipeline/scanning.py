"""Files, scanned for secrets before they leave: text as text, a .tar.gz member by member.

What is neither is binary: nothing can be said about what is in it, so policy is asked again.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import dataclass, replace

from bot.core.errors import CdebugError
from bot.core.output import File
from bot.core.redact import Redactor, Scrubber

_ARCHIVES = (".tar.gz", ".tgz")


@dataclass(frozen=True)
class Scanned:
    """A file as it may leave. hidden: how many secrets were replaced; binary: the names of what can't be scanned."""

    file: File
    hidden: int = 0
    binary: tuple[str, ...] = ()


def scan(file: File, redactor: Redactor, most: int) -> Scanned:
    """Redact what can be read. most: bytes that an archive may unpack to. Raises CdebugError where it can't be read."""
    if file.name.endswith(_ARCHIVES):
        return _scan_archive(file, redactor, most)
    scrubbed = scrub(file.data, redactor)
    if scrubbed is None:
        return Scanned(file, binary=(file.name,))
    return Scanned(replace(file, data=scrubbed[0]), scrubbed[1])


def scrub(data: bytes, redactor: Redactor) -> tuple[bytes, int] | None:
    """Text with its secrets replaced, and their number; None for what isn't text."""
    if b"\0" in data:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    scrubber = Scrubber(redactor)
    ends = data.endswith(b"\n")
    whole = data if ends else data + b"\n"
    clean = scrubber.push(whole) + scrubber.close()
    return (clean if ends else clean.removesuffix(b"\n")), scrubber.hidden


def _scan_archive(file: File, redactor: Redactor, most: int) -> Scanned:
    out = io.BytesIO()
    hidden, binary = 0, []
    try:
        with (
            tarfile.open(fileobj=io.BytesIO(file.data), mode="r:gz") as source,
            tarfile.open(fileobj=out, mode="w:gz") as target,
        ):
            for member in source:
                most -= max(member.size, 0) + tarfile.BLOCKSIZE
                if most < 0:
                    raise CdebugError(
                        f"the archive {file.name} unpacks to too much", why="it can't be scanned for secrets",
                        hint="Copy a part of it.",
                    )  # fmt: skip
                found = source.extractfile(member) if member.isreg() else None
                member.name, member.linkname = redactor.text(member.name), redactor.text(member.linkname)
                member.pax_headers = {}  # they would name it again
                if found is None:
                    target.addfile(member)
                    continue
                data = found.read()
                scrubbed = scrub(data, redactor)
                if scrubbed is None:
                    binary.append(member.name)
                else:
                    data, count = scrubbed
                    hidden += count
                member.size = len(data)
                target.addfile(member, io.BytesIO(data))
    except (tarfile.TarError, OSError, EOFError, gzip.BadGzipFile) as error:
        raise CdebugError(
            f"the archive {file.name} can't be read", why=str(error), hint="Copy a single file."
        ) from error
    return Scanned(replace(file, data=out.getvalue()), hidden, tuple(binary))
