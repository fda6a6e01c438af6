"""`cat`: what is in a file."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from bot.actions.kit.archives import content, fetched, located, too_large
from bot.actions.kit.beside import as_debug, under_root
from bot.actions.kit.execution import outputs_of
from bot.actions.kit.mounted import WHY, is_secret, is_secret_inside, told
from bot.core.action import PathAction
from bot.core.bench import Bench
from bot.core.errors import NotFound, UsageError
from bot.core.output import File, Lines, Note, Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.facts import FactsPort
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container

_LONGEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Cat(
    PathAction,
    verb="cat",
    takes=one("container"),
    needs=(ExecPort, FilesPort, FactsPort),
    rights=("get pods", "get pods/exec"),
    examples=("cat web /app/config.yaml", "cat web:/etc/hosts"),
):
    """Show a file of a container, also of one that has stopped or has no shell. What isn't text comes as a file."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.path:
            raise UsageError("`cat` needs a path", hint="Write `cat web /app/config.yaml`.")

    @property
    def beside(self) -> str:
        return as_debug(self, *under_root("cat", self.path))

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        data = await self._read(found, bench)
        if isinstance(data, Hidden):
            yield told(data.size)
            yield WHY
            return
        if data is not None:
            yield _shown(data, posixpath.basename(self.path))
            return
        if await is_secret_inside(bench.port(ExecPort), found, self.path):
            yield told(None)
            yield WHY
            return
        query, most = ExecQuery(("cat", "--", self.path)), bench.limits.file
        async with aclosing(outputs_of(bench, found, query, limit=_LONGEST, most=most)) as outputs:
            async for output in outputs:
                yield output

    async def _read(self, found: Container, bench: Bench) -> bytes | Hidden | None:
        """The file, or that it is secret; None for what only a program in the container can read."""
        files, most = bench.port(FilesPort), bench.limits.file
        home = (await bench.port(FactsPort).facts(found)).workdir or "/"
        try:
            path, stat = await located(files, found, posixpath.join(home, self.path))
        except NotFound:
            if found.state != "running":
                raise
            return None
        if stat.folder:
            raise UsageError("a folder is at", path, hint="`ls` lists it, `cp` copies it.")
        if await is_secret(files, found, path):
            return Hidden(stat.size)
        if stat.size > most:
            raise too_large(path, most)
        if stat.device:
            return None
        archive = await fetched(files, found, path, most)
        data = await asyncio.to_thread(content, archive.tar, path, most)
        return data if len(data) >= stat.size else None


@dataclass(frozen=True)
class Hidden:
    """A file whose content is not shown."""

    size: int


def _shown(data: bytes, name: str) -> Output:
    if not data:
        return Note("It is empty.")
    if b"\0" in data:
        return File(name, data)
    return Lines(data if data.endswith(b"\n") else data + b"\n")
