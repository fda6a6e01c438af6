"""Containers' files, and the secrets among them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.target import Container


@dataclass(frozen=True)
class PathStat:
    """A path in a container. link: where a symbolic link leads, as the engine resolved it. device: or a pipe, or a
    socket: what has no content of its own.
    """

    name: str
    size: int
    folder: bool
    link: str = ""
    device: bool = False


@dataclass(frozen=True)
class Unread:
    """Something in a folder that could not be read, or not whole: the reader's own words."""

    why: str


@runtime_checkable
class FilesPort(Protocol):
    """A container's files. from_outside: also where it has no shell, or does not run.

    `archive` yields a tar in pieces, and after it what is missing from it; folder: what is at the path.
    """

    from_outside: bool

    async def stat(self, container: Container, path: str) -> PathStat: ...
    async def realpath(self, container: Container, path: str) -> str: ...
    def archive(
        self, container: Container, path: str, *, folder: bool = False
    ) -> AsyncGenerator[bytes | Unread, None]: ...


@runtime_checkable
class DiffPort(Protocol):
    async def changes(self, container: Container) -> list[tuple[str, str]]: ...


@runtime_checkable
class SecretValuesPort(Protocol):
    """What is in the secrets that containers use, where an operator lets it be read so that it is hidden."""

    async def secret_values(self, containers: Sequence[Container]) -> list[str]: ...
