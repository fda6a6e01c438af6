"""`ls`: which files are there."""

from __future__ import annotations

import asyncio
import tarfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.actions.kit.archives import fetched, located, opened
from bot.actions.kit.beside import as_debug, under_root
from bot.actions.kit.execution import outputs_of
from bot.core.action import PathAction
from bot.core.bench import Bench
from bot.core.output import Note, Output, Table
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container
from bot.core.units import show_bytes

_COLUMNS = ("NAME", "SIZE", "MODIFIED (UTC)", "MODE", "OWNER")


@dataclass(frozen=True)
class Ls(
    PathAction,
    verb="ls",
    takes=one("container"),
    needs=(ExecPort, FilesPort),
    rights=("get pods", "get pods/exec"),
    examples=("ls web /app", "ls web:/etc", "ls /var/log"),
):
    """List the files at a path of a container; one that has stopped is read from outside."""

    @property
    def beside(self) -> str:
        return as_debug(self, *under_root("ls -la", self.path or "/"))

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        if found.state in ("", "running"):
            query = ExecQuery(("ls", "-la", "--", self.path or "."))
            async with aclosing(outputs_of(bench, found, query)) as outputs:
                async for output in outputs:
                    yield output
            return
        files = bench.port(FilesPort)
        path, stat = await located(files, found, self.path or "/")
        archive = await fetched(files, found, path, bench.limits.file, folder=stat.folder)
        rows = await asyncio.to_thread(_rows, archive.tar)
        yield Table(_COLUMNS, rows) if rows else Note("Nothing is there.")


def _rows(archive: bytes) -> list[tuple[str, ...]]:
    """The direct members of the one folder that an archive holds, or its one file."""
    with opened(archive) as tar:
        members = tar.getmembers()
    top = members[0].name.rstrip("/") if members else ""
    inside = [it for it in members[1:] if "/" not in it.name.removeprefix(f"{top}/")]
    return [_row(member) for member in sorted(inside or members[:1], key=lambda it: it.name)]


def _row(member: tarfile.TarInfo) -> tuple[str, ...]:
    kind = "d" if member.isdir() else "l" if member.issym() else "-"
    bits = "".join(letter if member.mode & (1 << (8 - at)) else "-" for at, letter in enumerate("rwxrwxrwx"))
    name = member.name.rpartition("/")[2] + (f" -> {member.linkname}" if member.issym() else "")
    when = f"{datetime.fromtimestamp(member.mtime, UTC):%Y-%m-%d %H:%M}"
    return (name, show_bytes(member.size), when, kind + bits, f"{member.uid}:{member.gid}")
