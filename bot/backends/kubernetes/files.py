"""A container's files, read by what is in the container: the cluster has no call for them.

`tar` where there is one, as kubectl does; else `cat` and a shell, whose answer is made an archive here.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.backends.kubernetes.exec import KubernetesExec
from bot.core.errors import CdebugError, NotFound, NotRunning, Unsupported, UsageError
from bot.core.ports.exec import ExecQuery
from bot.core.ports.files import PathStat
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
cd "$1" && find . -type f ! -name '*
*' -exec sh -c 'for file; do
  size=$(wc -c < "$file") && printf "%s %s\n" "$size" "$file" && head -c "$size" "$file"
done' sh {} +
"""
_ABSENT = 44
_LONGEST_NAME, _LONGEST_REASON = 4096, 1000
_MOST = 64 * 2**20


class KubernetesFiles:
    """Each raises NotFound for a path that isn't there, and NotRunning where the container can't be asked."""

    from_outside = False

    def __init__(self, exec_: KubernetesExec) -> None:
        self._exec = exec_

    async def stat(self, container: Container, path: str) -> PathStat:
        if container.state != "running":
            raise NotRunning(
                "cannot read the files of", container, why=f"it is {container.condition}",
                hint="A cluster reads files of running containers only; `logs` shows what it wrote.",
            )  # fmt: skip
        try:
            status, out, _ = await self._run(container, ("sh", "-c", _STAT, "sh", path))
        except NotFound as error:
            raise Unsupported(
                "cannot read the files of", container, why="its image has no shell",
                hint="`kubectl debug` brings a toolbox beside it.",
            ) from error  # fmt: skip
        if status == _ABSENT:
            raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.")
        kind, _, rest = out.decode("utf-8", "surrogateescape").partition(" ")
        size, _, link = rest.partition(" ")
        return PathStat(
            posixpath.basename(path.rstrip("/")),
            int((size.split() or ["0"])[0]),
            kind == "d",
            link if kind == "l" else "",
        )

    async def realpath(self, container: Container, path: str) -> str:
        """Where a path leads, each link on the way followed; the path itself where nothing in the container can say."""
        try:
            status, out, _ = await self._run(container, ("readlink", "-f", "--", path))
        except NotFound:
            return posixpath.normpath(path)
        if status:
            raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.")
        return out.decode("utf-8", "surrogateescape").removesuffix("\n")

    async def archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]:
        """The path as a tar stream, a folder with all that is in it. Raises CdebugError for what can't be read."""
        folder, name = posixpath.split(path.rstrip("/"))
        query = ExecQuery(("tar", "cf", "-", "-C", folder or "/", "--", name or "."))
        said = b""
        try:
            async with self._exec.exec(container, query) as process:
                async with aclosing(process.output()) as output:
                    async for stream, chunk in output:
                        if stream == "out":
                            yield chunk
                        else:
                            said = (said + chunk)[-_LONGEST_REASON:]
                _check(await process.status(), said, path, container)
        except NotFound:
            yield await self._without_tar(container, path)

    async def _without_tar(self, container: Container, path: str) -> bytes:
        if not (await self.stat(container, path)).folder:
            status, data, said = await self._run(container, ("cat", "--", path))
            _check(status, said, path, container)
            return _packed([(posixpath.basename(path), data)])
        status, out, said = await self._run(container, ("sh", "-c", _MEMBERS, "sh", path))
        _check(status, said, path, container)
        top = posixpath.basename(path.rstrip("/")) or "files"
        return _packed([(posixpath.normpath(f"{top}/{name}"), data) for name, data in _members(out)], top)

    async def _run(self, container: Container, argv: tuple[str, ...]) -> tuple[int, bytes, bytes]:
        """A short command: its status and what it said on both streams."""
        out, err, size = list[bytes](), list[bytes](), 0
        async with self._exec.exec(container, ExecQuery(argv)) as process:
            async with aclosing(process.output()) as output:
                async for stream, chunk in output:
                    (out if stream == "out" else err).append(chunk)
                    size += len(chunk)
                    if size > _MOST:
                        raise UsageError("too much to copy from", container, hint="Name a part.")
            return await process.status() or 0, b"".join(out), b"".join(err)


def _members(out: bytes) -> list[tuple[str, bytes]]:
    """`SIZE NAME`, a newline and so many bytes, again and again."""
    found, at = [], 0
    while (end := out.find(b"\n", at, at + _LONGEST_NAME)) >= 0:
        size, _, name = out[at:end].partition(b" ")
        if not size.strip().isdigit():
            break
        at = end + 1 + int(size)
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


def _check(status: int | None, said: bytes, path: str, container: Container) -> None:
    """Raises CdebugError with the program's own last line where it could not read all."""
    if status:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise CdebugError(
            f"cannot read all of `{path}` in", container, why=lines[-1] if lines else f"exit status {status}",
            hint="`ls` shows who may; `exec … -- id` shows who it is asked as.",
        )  # fmt: skip
