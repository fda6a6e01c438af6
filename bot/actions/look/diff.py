"""`diff`: what a container changed in its file system."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.core.action import TargetedAction
from bot.core.bench import Bench
from bot.core.output import Lines, Note, Output
from bot.core.ports.files import DiffPort
from bot.core.takes import one
from bot.core.target import Container


@dataclass(frozen=True)
class Diff(TargetedAction, verb="diff", takes=one("container"), needs=(DiffPort,), examples=("diff web",)):
    """List the files that a container added (A), changed (C) or deleted (D) since it was created."""

    @property
    def instead(self) -> str:
        return "`exec NAME -- find / -xdev -type f -mmin -60` lists the files that changed in the last hour."

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        changes = await bench.port(DiffPort).changes(found)
        if changes:
            yield Lines("".join(f"{kind} {path}\n" for kind, path in changes).encode("utf-8", "surrogateescape"))
        else:
            yield Note(f"`{found.name}` has changed no file of its image.")
