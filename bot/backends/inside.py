"""A container's files, read by what is in the container: where the engine has no call for them, or doesn't see them.

Folders by `tar` where there is one, as kubectl does; else by a shell, whose answer is made an archive here. A file is
read by `cat`: what the kernel makes up as it is read (/proc, /sys) has no size that an archive could tell.
"""

from __future__ import annotations

import asyncio
import io
import posixpath
import tarfile
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.core.errors import CdebugError, NoShell, NotFound, NotRunning, Unsupported, UsageError
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.files import PathStat, Unread
from bot.core.target import Container

# Texts of ours; a path comes to them as an argument, which the shell does not read as program.
_STAT = r"""
if [ -L "$1" ]; then printf 'l 0 %s' "$(readlink "$1")"
elif [ -d "$1" ]; then printf 'd 0 '
elif [ -f "$1" ]; then printf 'f %s ' "$(wc -c < "$1" || echo 0)"
elif [ -e "$1" ]; then printf 'o 0 '
else exit 44; fi
"""
_MEMBERS = r"""
command -v find > /dev/null || { echo "find: not found" >&2; exit 45; }
cd "$1" && find . ! -type d -exec sh -c 'for file; do
  case $file in *"
"*) echo "$file: a line break in its name" >&2; continue;; esac
  if [ -L "$file" ] || [ ! -f "$file" ]; then echo "$file: no plain file" >&2; continue; fi
  size=$(wc -c < "$file") && printf "%s %s\n" "$size" "$file" &&
    { head -c "$size" "$file"; cat /dev/zero 2> /dev/null; } | head -c "$size"
done' sh {} +
"""
# Without `readlink`: where a shell's own `cd` leads. The last step may be a link that nothing there can read.
_REAL = r"""
if [ -L "$1" ]; then exit 45; elif [ -d "$1" ]; then cd -P "$1" && pwd -P
elif [ -e "$1" ]; then cd -P "${1%/*}/" && printf '%s/%s' "$(pwd -P)" "${1##*/}"; else exit 44; fi
"""
_ABSENT, _NOT_STARTED = 44, (126, 127)  # of ours; what a program that isn't there, or may not be run, ends with
_LONGEST_SIZE = 18  # digits
_LONGEST_NAME, _LONGEST_REASON = 4096, 4096
_MOST = 64 * 2**20
_BLOCK = 512  # bytes of a tar's first header
_SUMMARY = "Exiting with failure status"  # GNU tar


class FilesInside:
    """Each raises NotFound for a path that isn't there, and NotRunning where the container can't be asked."""

    from_outside = False

    def __init__(self, exec_: ExecPort) -> None:
        self._exec = exec_

    async def stat(self, container: Container, path: str) -> PathStat:
        if container.state != "running":
            raise NotRunning(
                "cannot read the files of", container, why=f"it is {container.condition}",
                hint="A cluster reads files of running containers only; `logs` shows what it wrote.",
            )  # fmt: skip
        try:
            status, out, said = await self._run(container, ("sh", "-c", _STAT, "sh", path))
        except NotFound as error:
            raise NoShell(
                "cannot read the files of", container, why="its image has no shell",
                hint="`debug` brings a toolbox beside it.",
            ) from error  # fmt: skip
        kind, _, rest = out.decode("utf-8", "surrogateescape").partition(" ")
        if status == _ABSENT:
            raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.")
        size, _, link = rest.partition(" ")
        if kind not in tuple("ldfo") or (kind == "l" and not link) or len(size) > _LONGEST_SIZE:
            raise _unreadable(path, container, said or out, status)
        return PathStat(
            posixpath.basename(path.rstrip("/")),
            int(size) if size.isdecimal() else 0,
            folder=kind == "d",
            link=link if kind == "l" else "",
            device=kind == "o",
        )

    async def realpath(self, container: Container, path: str) -> str:
        """Where a path leads, each link on the way followed. Raises Unsupported where nothing there can say that: what
        is secret by its place must not be read by another name.
        """
        try:
            status, out, _ = await self._run(container, ("readlink", "-f", "--", path))
        except NotFound:
            status, out = await self._real_by_shell(container, path)
        if status:
            raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.")
        return out.decode("utf-8", "surrogateescape").removesuffix("\n")

    async def _real_by_shell(self, container: Container, path: str) -> tuple[int, bytes]:
        try:
            status, out, _ = await self._run(container, ("sh", "-c", _REAL, "sh", posixpath.normpath(path)))
        except NotFound:
            status, out = _NOT_STARTED[0], b""
        if status not in (0, _ABSENT):
            raise Unsupported(
                f"cannot tell where `{path}` leads in", container, why="its image has no `readlink`",
                hint="Name the file by a path without links.",
            )  # fmt: skip
        return status, out

    async def archive(
        self, container: Container, path: str, *, folder: bool = False
    ) -> AsyncGenerator[bytes | Unread, None]:
        """The path as a tar stream, a folder with all that is in it that may be read, then what may not.

        Raises CdebugError where nothing can be read.
        """
        if not folder:
            status, data, said = await self._run(container, ("cat", "--", path))
            if status:
                raise _unreadable(path, container, said, status)
            yield _packed([(posixpath.basename(path), data)])
            return
        try:
            async with aclosing(self._by_tar(container, path)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except NotFound:
            for chunk in await self._without_tar(container, path):
                yield chunk

    async def _by_tar(self, container: Container, path: str) -> AsyncGenerator[bytes | Unread, None]:
        """Nothing of it leaves before it is known that tar, and not the engine, is what speaks."""
        parent, name = posixpath.split(path.rstrip("/"))
        query = ExecQuery(("tar", "cf", "-", "-C", parent or "/", "--", name or "."))
        begun, said = b"", b""
        async with self._exec.exec(container, query) as process:
            async with aclosing(process.output()) as output:
                async for stream, chunk in output:
                    if stream == "err":
                        said += chunk if len(said) < _LONGEST_REASON else b""
                    elif len(begun) >= _BLOCK:
                        yield chunk
                    else:
                        begun += chunk
                        if len(begun) >= _BLOCK:
                            yield begun
            status = await process.status()
        if status in _NOT_STARTED:
            raise NotFound("there is no `tar` in", container)
        if len(begun) < _BLOCK:
            raise _unreadable(path, container, said, status)
        for line in _reasons(said, status) if status else ():
            yield Unread(line)

    async def _without_tar(self, container: Container, path: str) -> list[bytes | Unread]:
        status, out, said = await self._run(container, ("sh", "-c", _MEMBERS, "sh", path))
        found = await asyncio.to_thread(_members, out)
        if status and not found:
            raise _unreadable(path, container, said, status)
        top = posixpath.basename(path.rstrip("/")) or "files"
        members = [(posixpath.normpath(f"{top}/{name}"), data) for name, data in found]
        packed = await asyncio.to_thread(_packed, members, top)
        return [packed, *(Unread(line) for line in (_reasons(said, status) if status else _lines(said)))]

    async def _run(self, container: Container, argv: tuple[str, ...]) -> tuple[int, bytes, bytes]:
        """A short command: its status and what it said on both streams. Raises NotFound where it isn't there."""
        out, err, size = list[bytes](), list[bytes](), 0
        async with self._exec.exec(container, ExecQuery(argv)) as process:
            async with aclosing(process.output()) as output:
                async for stream, chunk in output:
                    (out if stream == "out" else err).append(chunk)
                    size += len(chunk)
                    if size > _MOST:
                        raise UsageError("too much to copy from", container, hint="Name a part.")
            status = await process.status() or 0
        if status in _NOT_STARTED:
            raise NotFound(f"there is no `{argv[0]}` in", container)
        return status, b"".join(out), b"".join(err)


def _members(out: bytes) -> list[tuple[str, bytes]]:
    """`SIZE NAME`, a newline and so many bytes, again and again. Raises UsageError for more than may be copied."""
    found, at, room = [], 0, _MOST
    while (end := out.find(b"\n", at, at + _LONGEST_NAME)) >= 0:
        size, _, name = out[at:end].partition(b" ")
        if not size.strip().isdigit() or len(size) > _LONGEST_SIZE or end + 1 + int(size) > len(out):
            break
        at = end + 1 + int(size)
        room -= int(size) + 2 * _BLOCK
        if room < 0:
            raise UsageError("too many files to copy at once", hint="Name a part.")
        found.append((name.decode("utf-8", "surrogateescape"), out[end + 1 : at]))
    return found


def _packed(files: list[tuple[str, bytes]], folder: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        if folder:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def _lines(said: bytes) -> list[str]:
    """What a program said was wrong, without its last line that only says that something was."""
    lines = said.decode("utf-8", "replace").splitlines()
    return [line.removeprefix("tar: ") for line in lines if line.strip() and _SUMMARY not in line]


def _reasons(said: bytes, status: int | None) -> list[str]:
    """The same of a program that failed, whether or not it said why."""
    return _lines(said) or [f"it ended with exit status {status}"]


def _unreadable(path: str, container: Container, said: bytes, status: int | None) -> CdebugError:
    """For what could not be read at all, with the program's own reason."""
    return CdebugError(
        f"cannot read `{path}` in", container, why=_reasons(said, status)[0],
        hint="`ls` shows who may; `exec … -- id` shows who it is asked as.",
    )  # fmt: skip
