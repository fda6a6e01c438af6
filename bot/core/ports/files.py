"""Containers' files, and the secrets among them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.target import Container


@dataclass(frozen=True)
class PathStat:
    """A path in a container. link: where a symbolic link leads, as the engine resolved it."""

    name: str
    size: int
    folder: bool
    link: str = ""


@runtime_checkable
class FilesPort(Protocol):
    """A container's files. from_outside: also where it has no shell, or does not run."""

    from_outside: bool

    async def stat(self, container: Container, path: str) -> PathStat: ...
    async def realpath(self, container: Container, path: str) -> str: ...
    def archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]: ...


@runtime_checkable
class DiffPort(Protocol):
    async def changes(self, container: Container) -> list[tuple[str, str]]: ...


@runtime_checkable
class SecretValuesPort(Protocol):
    """What is in the secrets that containers use, where an operator lets it be read so that it is hidden."""

    async def secret_values(self, containers: Sequence[Container]) -> list[str]: ...
