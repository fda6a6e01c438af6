"""One container: what it was made of, what it may use, how it is and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class ContainerState:
    """word: the engine's: running, exited, waiting, terminated, …; empty before it has begun.

    exit_code and oom_killed are of the end that is told, or of the last one where it runs.
    """

    word: str = ""
    reason: str = ""
    message: str = ""
    exit_code: int = 0
    oom_killed: bool = False
    started: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True)
class HealthCheck:
    """A probe as it was declared. what: what it does, as `http GET :8080/health`."""

    name: str
    what: str
    delay_s: int = 0
    every_s: int = 10
    failures: int = 3
    timeout_s: int = 1


@dataclass(frozen=True)
class ProbeResult:
    """One health check that ran."""

    at: datetime | None
    exit_code: int
    output: str


@dataclass(frozen=True)
class Attachment:
    """A container's place in a network. ipv6: its other address, where it has one."""

    network: str
    address: str = ""
    ipv6: str = ""
    gateway: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mount:
    """What is mounted where. kind: of the source, where the engine says it with the mount."""

    source: str
    path: str
    writable: bool
    kind: str = ""


@dataclass(frozen=True)
class ContainerPort:
    """A port of a container, as `80/tcp`. bound: where it is reached on the machine."""

    inside: str
    name: str = ""
    bound: str = ""

    @property
    def number(self) -> int:
        return int(self.inside.partition("/")[0])


@dataclass(frozen=True)
class Variable:
    """A variable of its environment, never its value. source: as `secret NAME`. whole: all that is in the source."""

    name: str
    source: str = ""
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class ContainerFacts:
    """role: empty, `init` or `ephemeral`. restarts: since it was made. ready, last_state: None where nobody said.

    requests and limits: quantities as they were written; memory_limit, cpus, pids_limit: the same as numbers.
    network_mode: `host`, `none` or `container:ID` where its network isn't its own.
    """

    name: str
    image: str
    id: str = ""
    role: str = ""
    digest: str = ""
    pull_policy: str = ""
    command: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    created: datetime | None = None
    state: ContainerState = field(default_factory=ContainerState)
    last_state: ContainerState | None = None
    ready: bool | None = None
    restarts: int = 0
    restart_policy: str = ""
    pid: int = 0
    checks: tuple[HealthCheck, ...] = ()
    health: str = ""
    failing_streak: int = 0
    probes: tuple[ProbeResult, ...] = ()
    requests: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    memory_limit: int = 0
    cpus: float = 0.0
    pids_limit: int = 0
    environment: tuple[Variable, ...] = ()
    mounts: tuple[Mount, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    network_mode: str = ""
    networks: tuple[Attachment, ...] = ()
    dns: tuple[str, ...] = ()
