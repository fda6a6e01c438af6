"""`cp`: take a file or a folder along."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from bot.actions.kit.archives import Fetched, content, fetched, located, members_of, named, packed, too_large
from bot.actions.kit.beside import ROOT, as_debug
from bot.actions.kit.mounted import WHY, inside, is_within, roots_of, told
from bot.core.action import PathAction
from bot.core.bench import Bench
from bot.core.errors import CdebugError, UsageError
from bot.core.output import File, Note, Output
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container


@dataclass(frozen=True)
class Cp(
    PathAction,
    verb="cp",
    takes=one("container"),
    needs=(FilesPort,),
    rights=("get pods", "get pods/exec"),
    examples=("cp web:/app/config.yaml", "cp web:/app/logs"),
):
    """Copy a file out of a container into the thread; a folder comes as a .tar.gz.

    Text is scanned for secrets, archives member by member. Links that lead out of the folder stay behind, and
    more than `limits.output` (50 MiB, unless an operator says otherwise) is refused.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.path:
            raise UsageError("`cp` needs a path", hint="Write `cp web:/app/config.yaml`.")

    @property
    def beside(self) -> str:
        return as_debug(self, "sh", "-c", f'tar -C "${ROOT}" -cf - -- "$1"', "sh", self.path.lstrip("/"))

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(FilesPort)
        path, stat = await located(engine, found, posixpath.join("/", self.path))
        most = bench.limits.file
        if stat.size > most and not stat.folder:
            raise too_large(path, most)
        roots = await roots_of(engine, found)
        real = await engine.realpath(found, path) if roots else path
        if not stat.folder and is_within(real, roots):
            yield File(posixpath.basename(path), told(stat.size).data)
            yield WHY
            return
        if stat.device:
            raise UsageError("no file and no folder, but a device, a pipe or a socket is at", path)
        archive = await fetched(engine, found, path, most, folder=stat.folder)
        name = posixpath.basename(path.rstrip("/"))
        if stat.folder:
            async for output in _folder(found, archive, name, most, real, roots):
                yield output
            return
        data = await asyncio.to_thread(content, archive.tar, path, most)
        yield File(name, data) if data else Note(f"`{path}` is empty.")


async def _folder(
    container: Container, archive: Fetched, name: str, most: int, path: str, roots: tuple[str, ...]
) -> AsyncGenerator[Output, None]:
    """A folder packed, and what of it is not. path: where it is, its links followed."""
    names = await asyncio.to_thread(members_of, archive.tar)
    if len(names) > 1:
        file, left_out = await asyncio.to_thread(packed, archive.tar, name, most)
        hidden = inside(names[0], path, roots, names) if roots else ()
        if hidden:
            yield WHY
        if left_out:
            yield Note(f"Left out, because they link elsewhere or are not files: {named(left_out)}.")
        yield replace(file, hidden=hidden)
    elif archive.unread:
        raise CdebugError(f"cannot read `{path}` in", container, why=archive.unread[0], hint="`ls` shows who may.")
    else:
        yield Note(f"`{path}` is empty: there is nothing to copy.")
    if archive.unread:
        yield Note(f"Not read, or not whole: {named(archive.unread)}.")
