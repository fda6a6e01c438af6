"""`processes`: what runs in a container."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.actions.kit.beside import as_debug
from bot.core.action import TargetedAction
from bot.core.bench import Bench
from bot.core.output import Output
from bot.core.ports.exec import ProcessesPort
from bot.core.takes import one
from bot.core.target import Container


@dataclass(frozen=True)
class Processes(
    TargetedAction,
    verb="processes",
    aliases=("procs",),
    takes=one("container"),
    needs=(ProcessesPort,),
    examples=("processes web",),
):
    """List the processes of a running container, as the machine sees them; nothing runs inside it."""

    @property
    def instead(self) -> str:
        return "`exec NAME -- ps aux` runs the container's own `ps`, `debug NAME -- ps -ef` one from beside it."

    @property
    def beside(self) -> str:
        return as_debug(self, "ps", "-ef")

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        yield await bench.port(ProcessesPort).processes(found)
