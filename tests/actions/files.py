"""A container's files in memory, for verbs that read them: no shell answers in it."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import AsyncGenerator, Mapping

from bot.core.errors import NotFound
from bot.core.ports.files import PathStat
from bot.core.target import Container
from tests.actions.engine import Engine


class WithFiles(Engine):
    """files: content by absolute path; folders are made of them. links: where a path leads."""

    from_outside = True

    def __init__(self, files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.files, self.links = dict(files), dict(links or {})

    async def stat(self, container: Container, path: str) -> PathStat:
        path = posixpath.normpath(path)
        name = posixpath.basename(path)
        if path in self.links:
            return PathStat(name, 0, folder=False, link=self.links[path])
        if path in self.files:
            return PathStat(name, len(self.files[path]), folder=False)
        if any(known.startswith(path.rstrip("/") + "/") for known in self.files):
            return PathStat(name, 0, folder=True)
        raise NotFound("nothing is at", path)

    async def realpath(self, container: Container, path: str) -> str:
        return posixpath.normpath(path)

    async def archive(self, container: Container, path: str, *, folder: bool = False) -> AsyncGenerator[bytes, None]:
        path = posixpath.normpath(path)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            top = posixpath.basename(path) or "."
            if path not in self.files:
                tar.addfile(_entry(top, tarfile.DIRTYPE))
            for known in sorted(self.files):
                if known == path or known.startswith(path.rstrip("/") + "/"):
                    name = top + known.removeprefix(path.rstrip("/")) if known != path else top
                    data = self.files[known]
                    tar.addfile(_entry(name, tarfile.REGTYPE, len(data)), io.BytesIO(data))
        yield out.getvalue()

    def exec(self, container: Container, query: object) -> object:
        raise AssertionError("nothing is run in a container that does not run")


def _entry(name: str, kind: bytes, size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.mode, entry.mtime = kind, size, 0o640, 1_700_000_000
    return entry
