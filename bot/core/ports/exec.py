"""Processes in containers: those that run there, and those that are started."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.output import Stream, Table
from bot.core.target import Container


@runtime_checkable
class ProcessesPort(Protocol):
    async def processes(self, container: Container) -> Table: ...


@dataclass(frozen=True)
class ExecQuery:
    """What to run in a container. env: NAME=value each; terminal: on a PTY, whose output is one stream.

    input: whether it gets a standard input. marks: variables by which what it leaves can be found again, set where
    the engine and the container can.
    """

    argv: tuple[str, ...]
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    terminal: bool = False
    input: bool = False
    marks: tuple[str, ...] = ()


class Process(Protocol):
    """A process that was started in a container; bytes as they are."""

    def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]: ...
    async def write(self, data: bytes) -> None: ...
    async def end_input(self) -> None: ...
    async def status(self) -> int | None: ...


@runtime_checkable
class ExecPort(Protocol):
    """`exec` yields the process for as long as the block lasts; leaving it closes its streams, and kills nothing.

    The process can't be started: NotFound or NotRunning say why. `status` is None while it runs.
    """

    def exec(self, container: Container, query: ExecQuery) -> AbstractAsyncContextManager[Process]: ...


@runtime_checkable
class AttachPort(Protocol):
    """What a container prints from now on, until it ends: bytes as they come, each with its stream."""

    def attach(self, container: Container) -> AsyncGenerator[tuple[Stream, bytes], None]: ...
