"""`sh`: the thread becomes a shell."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.actions.kit.beside import as_debug
from bot.actions.kit.shells import shell_of
from bot.core.action import Inside, TargetedAction
from bot.core.bench import Bench
from bot.core.errors import NotRunning
from bot.core.output import Output
from bot.core.ports.exec import ExecPort
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container


@dataclass(frozen=True)
class Sh(
    Inside,
    TargetedAction,
    verb="sh",
    aliases=("shell",),
    takes=one("container"),
    needs=(ExecPort,),
    rights=("get pods", "get pods/exec"),
    examples=("sh web",),
):
    """Turn this thread into a shell of a container: every reply that begins with `$ ` is a line of it.

    `cd` and variables last. The shell is yours: somebody else's first line opens one of their own. Each line is
    decided and audited by itself. It ends by `exit`, by Stop, or when nobody types for a while.
    """

    @property
    def endless(self) -> bool:
        return True

    @property
    def interactive(self) -> bool:
        return True

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def nothing(self) -> str:
        return "The shell has ended."

    @property
    def lasting(self) -> str:
        return "whatever is typed into the shell, until it ends; each line is audited"

    @property
    def beside(self) -> str:
        return as_debug(self)

    def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        if found.state and found.state != "running":
            raise NotRunning("cannot open a shell in", found, why=f"it is {found.condition}", hint="`logs` says why.")
        from_outside = "`cat` and `cp` work without one." if bench.port(FilesPort).from_outside else ""
        beside = f"`debug {found.name}` opens one beside it, from an image that has one."
        return shell_of(bench, found, without=f"{beside} {from_outside}".strip())
