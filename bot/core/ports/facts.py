"""What is so about an object: how it is, what it may use, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from bot.core.target import Container, Thing


@dataclass(frozen=True)
class Probe:
    """One health check that ran."""

    at: datetime | None
    exit_code: int
    output: str


@dataclass(frozen=True)
class Attachment:
    """A container's place in a network."""

    network: str
    address: str = ""
    gateway: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Detail:
    """All that is said of one container. Sizes in bytes, `cpus` in cores; None and 0 mean no limit."""

    container: Container
    digest: str = ""
    command: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    pid: int = 0
    restarts: int = 0
    restart_policy: str = ""
    health: str = ""
    failing_streak: int = 0
    probes: tuple[Probe, ...] = ()
    memory_limit: int = 0
    cpus: float = 0.0
    pids_limit: int = 0
    mounts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    networks: tuple[Attachment, ...] = ()
    dns: tuple[str, ...] = ()


@runtime_checkable
class DetailsPort(Protocol):
    async def detail(self, container: Container) -> Detail: ...


@runtime_checkable
class InspectPort(Protocol):
    async def inspect(self, thing: Thing) -> Mapping[str, Any]: ...
