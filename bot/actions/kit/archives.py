"""What the engine hands out as a tar stream, as the file that is handed on. A tar that is compressed is none of ours:
it may come from a program in the container, and expand to anything.

Links that lead out of what was asked for are left out and named, and so is what is neither file nor folder.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from bot.core.errors import CdebugError, NotFound, UsageError
from bot.core.output import File
from bot.core.ports.files import FilesPort, PathStat, Unread
from bot.core.target import Container
from bot.core.units import show_bytes

_ROOM = 1 << 20  # bytes that an archive may take for what it says of its members
_HEADERS = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_LONGEST_HEADER = 16 << 10
_MOST_LINKS = 10
_MOST_NAMED = 5


async def located(engine: FilesPort, container: Container, path: str) -> tuple[str, PathStat]:
    """Where a path leads, its links followed inside the container. Raises NotFound, UsageError."""
    path = path.rstrip("/") or "/"  # else a link is taken for what it leads to
    for _ in range(_MOST_LINKS):
        try:
            stat = await engine.stat(container, path)
        except NotFound as error:
            raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.") from error
        if not stat.link or stat.link == path:
            return path, stat
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), stat.link))
    raise UsageError("symbolic links form a loop at", path, hint="Name the file itself.")


@dataclass(frozen=True)
class Fetched:
    """A tar, and what could not be read of what it should hold."""

    tar: bytes
    unread: tuple[str, ...] = ()


async def fetched(engine: FilesPort, container: Container, path: str, most: int, *, folder: bool = False) -> Fetched:
    """What is at a path. most: bytes that it may have. Raises UsageError for more."""
    parts, unread, size = list[bytes](), list[str](), 0
    async with aclosing(engine.archive(container, path, folder=folder)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Unread):
                unread.append(chunk.why)
                continue
            parts.append(chunk)
            size += len(chunk)
            if size > most + _ROOM:
                raise too_large(path, most)
    return Fetched(b"".join(parts), tuple(unread))


def too_large(path: str, most: int) -> UsageError:
    """For what is over the limit."""
    return UsageError(f"more than {show_bytes(most)} is at", path, hint="Copy a part of it.")


class _Member(tarfile.TarInfo):
    """One that never leads back to where it stands: reading on would never end (CVE-2025-8194)."""

    def _block(self, count: int) -> int:
        if count < 0:
            raise tarfile.ReadError("a member of negative size")
        return super()._block(count)  # type: ignore[misc, no-any-return]

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        """A header of any length is read slowly (CVE-2024-6232), and a global one is copied into every member."""
        if self.type == tarfile.XGLTYPE or (self.type in _HEADERS and self.size > _LONGEST_HEADER):
            raise tarfile.ReadError("a header that no name needs")
        return super()._proc_member(tar)  # type: ignore[misc, no-any-return]


@contextmanager
def opened(archive: bytes) -> Iterator[tarfile.TarFile]:
    """A tar that a program in the container may have made. Raises CdebugError for whatever is wrong with it."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:", tarinfo=_Member) as tar:
            yield tar
    except (tarfile.TarError, RecursionError, ValueError, OSError, EOFError) as error:
        raise CdebugError("the engine's archive can't be read", why=str(error), hint="Try again.") from error


def content(archive: bytes, path: str, most: int) -> bytes:
    """The one file of an archive. Raises UsageError for what is no file, CdebugError for a broken archive."""
    with opened(archive) as tar:
        for member in tar:
            found = tar.extractfile(member) if member.isreg() else None
            if found is not None:
                if member.size > most:
                    raise too_large(path, most)
                return found.read()
    raise UsageError("no file is at", path, hint="`ls` shows what is there.")


def packed(archive: bytes, name: str, most: int) -> tuple[File, tuple[str, ...]]:
    """A folder as a .tar.gz, and the members that were left out. Raises CdebugError for a broken archive."""
    out, left_out = io.BytesIO(), list[str]()
    with opened(archive) as source, tarfile.open(fileobj=out, mode="w:gz") as target:
        for member in source:
            if _stays_inside(member) and member.size <= most and not member.issparse():
                target.addfile(member, source.extractfile(member) if member.isreg() else None)
            else:
                left_out.append(member.name)
    return File(f"{name or 'files'}.tar.gz", out.getvalue()), tuple(left_out)


def members_of(archive: bytes) -> list[str]:
    """The names of all members, the folder itself first. Raises CdebugError for a broken archive."""
    with opened(archive) as tar:
        return [member.name.rstrip("/") for member in tar]


def _stays_inside(member: tarfile.TarInfo) -> bool:
    root = member.name.split("/", 1)[0]
    if _climbs(member.name) or not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return False
    if member.issym():
        return not member.linkname.startswith("/") and _within(
            posixpath.join(posixpath.dirname(member.name), member.linkname), root
        )
    return not member.islnk() or _within(member.linkname, root)


def _within(path: str, root: str) -> bool:
    normal = posixpath.normpath(path)
    return not _climbs(normal) and normal.split("/", 1)[0] == root


def _climbs(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")


def named(paths: tuple[str, ...]) -> str:
    """A few of them, and how many more."""
    few = ", ".join(f"`{path}`" for path in paths[:_MOST_NAMED])
    return f"{few} and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else few
