"""`exec`: one command inside a container."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.actions.kit.beside import as_debug
from bot.actions.kit.editing import advice
from bot.actions.kit.execution import outputs_of
from bot.actions.kit.variables import check_variables
from bot.core.action import ArgvAction, Duration, Shown, option
from bot.core.bench import Bench
from bot.core.errors import NotRunning, UsageError
from bot.core.output import Exit, Note, Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container

_LONGEST = timedelta(minutes=10)
_NOT_FOUND = 127


@dataclass(frozen=True, kw_only=True)
class Exec(
    ArgvAction,
    verb="exec",
    takes=one("container"),
    needs=(ExecPort,),
    rights=("get pods", "get pods/exec"),
    examples=("exec web -- ls -la /app", "exec web --user nobody -- id", "exec web -- sh -c 'ls | wc -l'"),
):
    """Run a command in a running container; show its output and its exit status.

    What stands after `--` is the command, as a list: no shell reads it. A code block after the command is its
    standard input. Lines from standard error are marked `E│`.
    """

    user: Annotated[str, option("--user", "-u", help="as this user, by name or id")] = ""
    workdir: Annotated[str, option("--workdir", "-w", help="in this folder"), Shown("PATH")] = ""
    env: Annotated[
        tuple[str, ...], option("--env", "-e", help="set a variable, as `NAME=value`"), Shown("NAME=VALUE")
    ] = ()
    limit: Annotated[Duration, option("--timeout", help="end it after")] = timedelta(minutes=5)

    def __post_init__(self) -> None:
        if not self.argv:
            raise UsageError("`exec` needs a command after `--`", hint="Write `exec web -- ls -la /app`.")
        if self.limit > _LONGEST:
            raise UsageError("`--timeout` takes at most 10m", hint="Try `--timeout 10m`.")
        check_variables(self.env)

    @property
    def warnings(self) -> tuple[str, ...]:
        return advice(self.argv)

    @property
    def lasting(self) -> str:
        return "whatever the command changes in the container, or from there"

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def beside(self) -> str:
        return as_debug(self, *self.argv)

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        if found.state and found.state != "running":
            raise NotRunning(
                "cannot run a command in", found, why=f"it is {found.condition}",
                hint="`events` and `describe` say why."
                if not bench.port(FilesPort).from_outside
                else "`logs` and `describe` say why; `cat` and `cp` read its files all the same.",
            )  # fmt: skip
        query = ExecQuery(self.argv, self.user, self.workdir, self.env)
        async with aclosing(outputs_of(bench, found, query, self.stdin, self.limit)) as outputs:
            async for output in outputs:
                yield output
                if isinstance(output, Exit) and output.status == _NOT_FOUND:
                    yield Note(f"`debug {found.name} -- …` runs it from an image that has it.", aside=True)
