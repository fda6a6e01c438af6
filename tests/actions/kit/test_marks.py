"""Whether what was started in a container has ended is the engine's to say, and not the container's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.actions.kit.marks import end
from bot.core.output import Stream
from bot.core.ports.exec import ExecQuery, Process
from bot.core.target import Container, Neighbour, Scope

WEB = Container(Scope("local", "docker"), "id", "web", "web:1", others=())
POD = Container(Scope("c", "kubernetes", "shop"), "id", "web", "web:1", container="app", others=(Neighbour("proxy"),))


class Said:
    """A process that says something, and has a status or runs on."""

    def __init__(self, said: bytes, status: int | None) -> None:
        self._said, self._status = said, status

    async def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]:
        yield "out", self._said

    async def write(self, data: bytes) -> None:
        """It reads nothing."""

    async def end_input(self) -> None:
        """It reads nothing."""

    async def status(self) -> int | None:
        return self._status


class Shell:
    """What runs a script in the container: it answers, or there is none."""

    def __init__(self, answer: bytes | Exception) -> None:
        self._answer = answer
        self.queries: list[ExecQuery] = []

    @asynccontextmanager
    async def exec(self, container: Container, query: ExecQuery) -> AsyncIterator[Process]:
        self.queries.append(query)
        if isinstance(self._answer, Exception):
            raise self._answer
        yield Said(self._answer, 0)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"found\nover\n", 143, "`yes` was still running, and was ended."),
        (b"over\n", 0, ""),  # it had ended by itself
        (b"found\nover\n", None, "`yes` may still run"),  # a container that lies
        (b"x" * 5_000_000, None, "`yes` may still run"),
        (OSError("no shell"), None, "`kill web --run ab12` tries again"),
    ],
)
async def test_what_became_of_it(answer: bytes | Exception, status: int | None, said: str):
    shell = Shell(answer)
    told = await end(shell, WEB, ExecQuery(("yes",), user="app"), Said(b"y\n", status), "ab12")
    assert said in told
    assert bool(said) == bool(told)
    assert shell.queries[0].user == "app"  # as who started it, and nobody stronger


async def test_the_container_of_a_pod_is_named():
    told = await end(Shell(OSError()), POD, ExecQuery(("yes",)), Said(b"", None), "ab12")
    assert "`kill web -c app --run ab12`" in told
