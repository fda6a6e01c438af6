"""What containers and nodes use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.target import Thing


@dataclass(frozen=True)
class Traffic:
    """What went through a container since its start, in bytes: over networks, and from and to disks."""

    received: int
    sent: int
    read: int
    written: int


@dataclass(frozen=True)
class Usage:
    """What a container or a node used at a moment, beside what it asked for and may have.

    cpu in cores, memory in bytes; 0 means that none is set. traffic and processes: None where nobody measures them.
    container: its name in its pod, empty where there is no pod.
    """

    at: datetime
    name: str
    cpu: float
    memory: int
    container: str = ""
    cpu_request: float = 0.0
    cpu_limit: float = 0.0
    memory_request: int = 0
    memory_limit: int = 0
    traffic: Traffic | None = None
    processes: int | None = None


@runtime_checkable
class UsagePort(Protocol):
    """`usages` measures each of the things once, or for so many seconds as often as the engine does: oldest first.

    What can't be measured is left out. Raises Unsupported where nothing measures.
    """

    async def usages(self, things: Sequence[Thing], seconds: float) -> list[Usage]: ...
