"""What a verb may ask of an engine, split by capability.

An engine implements the ports that it has; a verb declares those that it needs and takes them from its bench. A
context that lacks one answers "`diff` can't be done on the kubernetes context".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from bot.core.output import Lines, Stream, Table
from bot.core.person import Person
from bot.core.takes import Takes
from bot.core.target import Candidates, Container, Found, Image, Network, Objects, Scope, TargetRef, Thing


@dataclass(frozen=True)
class LogQuery:
    """Which part of a log. tail: number of last lines, None for all; previous: of the run before this one."""

    tail: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    timestamps: bool = False
    follow: bool = False
    previous: bool = False


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


@dataclass(frozen=True)
class Event:
    """Something that happened to a thing, `count` times, the last time at `at`."""

    at: datetime
    action: str
    thing: str
    detail: str = ""
    warning: bool = False
    count: int = 1


@dataclass(frozen=True)
class ImageDetail:
    """An image that the engine holds. size in bytes."""

    image: Image
    tags: tuple[str, ...]
    size: int
    created: datetime | None
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkDetail:
    """A network, and who is attached: (container id, name, address)."""

    network: Network
    driver: str
    internal: bool
    subnets: tuple[str, ...]
    members: tuple[tuple[str, str, str], ...] = ()


Sees = Callable[[Thing | Scope], bool]


class FindPort(Protocol):
    """Finds what is meant, now.

    `seen_by` is the same engine as somebody, with only the objects that they may see. `place` is a namespace of
    it, protected where it says so itself; an empty one is the engine's own choice;
    fresh: what is known from a moment ago isn't good enough. `keep` is what it does as long
    as the bot runs. mentioned: whose names went into its answers, beside what was found: another reader
    may not see them.
    """

    scope: Scope
    mentioned: list[Thing]

    def seen_by(self, person: Person, sees: Sees) -> FindPort: ...
    def kinds(self, takes: Takes) -> frozenset[str]: ...
    async def place(self, namespace: str, *, fresh: bool = False) -> Scope: ...
    async def find(self, ref: TargetRef, takes: Takes) -> Candidates: ...
    async def keep(self) -> None: ...
    async def ping(self) -> str: ...
    async def close(self) -> None: ...


@runtime_checkable
class LogsPort(Protocol):
    def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]: ...


@runtime_checkable
class DetailsPort(Protocol):
    async def detail(self, container: Container) -> Detail: ...


@runtime_checkable
class InspectPort(Protocol):
    async def inspect(self, thing: Thing) -> Mapping[str, Any]: ...


@runtime_checkable
class StatsPort(Protocol):
    def samples(self, container: Container) -> AsyncGenerator[Sample, None]: ...


@runtime_checkable
class ProcessesPort(Protocol):
    async def processes(self, container: Container) -> Table: ...


@runtime_checkable
class EventsPort(Protocol):
    """Of the objects, and of what owns them; of the whole place where there are none."""

    def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]: ...


@runtime_checkable
class HappeningsPort(InspectPort, EventsPort, Protocol):
    """All that is known of an object, what happened to it, and the pods that it stands for, in the cluster's words."""

    async def pods_of(self, thing: Thing) -> Sequence[Mapping[str, Any]]: ...


@runtime_checkable
class ImagesPort(Protocol):
    async def images(self, images: Sequence[Image]) -> list[ImageDetail]: ...


@runtime_checkable
class NetworksPort(DetailsPort, Protocol):
    async def network(self, network: Network) -> NetworkDetail: ...


@runtime_checkable
class DiffPort(Protocol):
    async def changes(self, container: Container) -> list[tuple[str, str]]: ...


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
    def attach(self, container: Container) -> AsyncGenerator[Lines, None]: ...


@dataclass(frozen=True)
class PathStat:
    """A path in a container. link: where a symbolic link leads, as the engine resolved it."""

    name: str
    size: int
    folder: bool
    link: str = ""


@runtime_checkable
class FilesPort(Protocol):
    """A container's files, also where it has no shell or does not run."""

    async def stat(self, container: Container, path: str) -> PathStat: ...
    async def realpath(self, container: Container, path: str) -> str: ...
    def archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]: ...


@runtime_checkable
class SecretValuesPort(Protocol):
    """What is in the secrets that containers use, where an operator lets it be read so that it is hidden."""

    async def secret_values(self, containers: Sequence[Container]) -> list[str]: ...


@runtime_checkable
class ExecFilesPort(ExecPort, FilesPort, DetailsPort, Protocol):
    """All three: what runs is asked inside, what doesn't is read from outside."""


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


@dataclass(frozen=True)
class Surroundings:
    """What stands around a pod, in the cluster's own words: services and policies that select it."""

    pod: Mapping[str, Any]
    services: tuple[Mapping[str, Any], ...] = ()
    slices: tuple[Mapping[str, Any], ...] = ()
    policies: tuple[Mapping[str, Any], ...] = ()


@runtime_checkable
class ReachPort(Protocol):
    async def surroundings(self, container: Container) -> Surroundings: ...


class Tunnel(Protocol):
    """Bytes from and to a port. `read` is empty at the end."""

    async def read(self) -> bytes: ...
    async def write(self, data: bytes) -> None: ...


@runtime_checkable
class ForwardPort(Protocol):
    """A connection to a port of a container, for as long as the block lasts."""

    def forward(self, container: Container, port: int) -> AbstractAsyncContextManager[Tunnel]: ...


@runtime_checkable
class ReviewsPort(Protocol):
    """The rights that somebody lacks there, as the cluster itself says; none where all hold.

    `KIND` in a right stands for the kinds of what was found.
    """

    async def review(self, found: Found, rights: Sequence[str]) -> list[str]: ...
