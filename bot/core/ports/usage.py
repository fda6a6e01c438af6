"""What containers and nodes use."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.target import Container, Thing


@dataclass(frozen=True)
class Sample:
    """What a container used at one moment. cpu in percent of one core; the rest in bytes since its start."""

    at: datetime
    cpu: float
    memory: int
    memory_limit: int
    received: int
    sent: int
    read: int
    written: int
    processes: int


@runtime_checkable
class StatsPort(Protocol):
    def samples(self, container: Container) -> AsyncGenerator[Sample, None]: ...


@dataclass(frozen=True)
class Usage:
    """What a container or a node uses, beside what it asked for and may have. In cores and bytes; 0 is none set."""

    at: datetime
    name: str
    cpu: float
    memory: int
    container: str = ""
    cpu_request: float = 0.0
    cpu_limit: float = 0.0
    memory_request: int = 0
    memory_limit: int = 0


@runtime_checkable
class UsagesPort(Protocol):
    """Raises Unsupported where nothing measures."""

    async def usages(self, things: Sequence[Thing]) -> list[Usage]: ...
