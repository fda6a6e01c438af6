"""`cp`: take a file or a folder along."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from bot.actions.kit.archives import content, fetched, located, members_of, named, packed, too_large
from bot.actions.kit.mounted import WHY, inside, is_within, roots_of, told
from bot.core.action import PathAction
from bot.core.bench import Bench
from bot.core.errors import UsageError
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
        archive = await fetched(engine, found, path, most)
        name = posixpath.basename(path.rstrip("/"))
        if not stat.folder:
            data = await asyncio.to_thread(content, archive, path, most)
            yield File(name, data) if data else Note(f"`{path}` is empty.")
            return
        file, left_out = await asyncio.to_thread(packed, archive, name, most)
        if roots:
            names = await asyncio.to_thread(members_of, archive)
            file = replace(file, hidden=inside(names[0] if names else "", real, roots, names))
        if file.hidden:
            yield WHY
        if left_out:
            yield Note(f"Left out, because they link elsewhere or are not files: {named(left_out)}.")
        yield file
