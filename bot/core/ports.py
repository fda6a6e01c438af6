"""What the journey needs of the world, split by capability.

An engine implements the ports that it has; a verb's `run` names the one that it needs in the
annotation of `engine`, and a context that lacks it answers "`diff` is for docker contexts".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from bot.core.action import Wants
from bot.core.approval import Approval
from bot.core.audit import Entry
from bot.core.output import Chart, Lines, Stream, Table
from bot.core.person import Channel, Person
from bot.core.request import Place, Request
from bot.core.session import Default, Session
from bot.core.target import Candidates, Container, Image, Network, Scope, TargetRef, Thing
from bot.core.view import Form, Page, Status, View
from bot.core.window import Room

# ---- engines


@dataclass(frozen=True)
class LogQuery:
    """Which part of a log. tail: number of last lines, None for all."""

    tail: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    timestamps: bool = False
    follow: bool = False


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
    """Something that happened to a container."""

    at: datetime
    action: str
    container_id: str
    container: str
    detail: str = ""


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


Sees = Callable[[Thing], bool]


class Find(Protocol):
    """Finds what is meant, now. `seen_by` is the same engine with only the objects that somebody may see."""

    scope: Scope

    def seen_by(self, sees: Sees) -> Find: ...
    async def find(self, ref: TargetRef, wants: Wants) -> Candidates: ...
    async def ping(self) -> str: ...
    async def close(self) -> None: ...


@runtime_checkable
class Logs(Protocol):
    def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]: ...


@runtime_checkable
class Details(Protocol):
    async def detail(self, container: Container) -> Detail: ...


@runtime_checkable
class Inspect(Protocol):
    async def inspect(self, thing: Thing) -> Mapping[str, Any]: ...


@runtime_checkable
class Stats(Protocol):
    def samples(self, container: Container) -> AsyncGenerator[Sample, None]: ...


@runtime_checkable
class Processes(Protocol):
    async def processes(self, container: Container) -> Table: ...


@runtime_checkable
class Events(Protocol):
    def events(self, scope: Scope, since: datetime, until: datetime) -> AsyncGenerator[Event, None]: ...


@runtime_checkable
class Images(Protocol):
    async def images(self, images: Sequence[Image]) -> list[ImageDetail]: ...


@runtime_checkable
class Networks(Details, Protocol):
    async def network(self, network: Network) -> NetworkDetail: ...


@runtime_checkable
class Diff(Protocol):
    async def changes(self, container: Container) -> list[tuple[str, str]]: ...


@dataclass(frozen=True)
class ExecQuery:
    """What to run in a container. env: NAME=value each; terminal: on a PTY, whose output is one stream.

    input: whether it gets a standard input.
    """

    argv: tuple[str, ...]
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    terminal: bool = False
    input: bool = False


class Process(Protocol):
    """A process that was started in a container; bytes as they are."""

    def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]: ...
    async def write(self, data: bytes) -> None: ...
    async def end_input(self) -> None: ...
    async def status(self) -> int | None: ...


@runtime_checkable
class Exec(Protocol):
    """`exec` yields the process for as long as the block lasts; leaving it closes its streams, and kills nothing.

    The process can't be started: NotFound or NotRunning say why. `status` is None while it runs.
    """

    def exec(self, container: Container, query: ExecQuery) -> AbstractAsyncContextManager[Process]: ...


@runtime_checkable
class Attach(Protocol):
    def attach(self, container: Container) -> AsyncGenerator[Lines, None]: ...


@dataclass(frozen=True)
class PathStat:
    """A path in a container. link: where a symbolic link leads, as the engine resolved it."""

    name: str
    size: int
    folder: bool
    link: str = ""


@runtime_checkable
class Files(Protocol):
    """A container's files, also where it has no shell or does not run."""

    async def stat(self, container: Container, path: str) -> PathStat: ...
    def archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]: ...


@runtime_checkable
class ExecFiles(Exec, Files, Details, Protocol):
    """All three: what runs is asked inside, what doesn't is read from outside."""


# ---- Slack


class Directory(Protocol):
    """People and channels, as Slack knows them. Raises Denied for what can't be known."""

    async def person(self, team: str, user: str) -> Person: ...
    async def channel(self, channel: str) -> Channel: ...
    async def candidates(self) -> list[str]: ...


class Chat(Protocol):
    """Messages in channels and threads."""

    room: Room

    async def open(self, request: Request, status: Status) -> Place: ...
    async def settle(self, place: Place, status: Status, *, hurry: bool = False) -> None: ...
    async def post(self, place: Place, view: View, *, hurry: bool = False) -> str: ...
    async def edit(self, place: Place, message: str, view: View) -> None: ...
    async def refresh(self, place: Place, message: str, view: View) -> bool: ...
    async def draw(self, place: Place, chart: Chart) -> None: ...
    async def upload(self, place: Place, name: str, data: bytes, title: str) -> None: ...
    async def whisper(self, request: Request, text: str) -> None: ...
    async def show_modal(self, request: Request, modal: Form | Page) -> None: ...


# ---- state


@dataclass(frozen=True)
class Kept:
    """A result on the shelf: redacted lines, or rows as JSON lines under `columns`."""

    id: str
    name: str
    title: str
    columns: tuple[str, ...] = ()
    shows_end: bool = False
    lines: int = 0
    dropped: int = 0
    notes: tuple[str, ...] = ()
    verb: str = ""
    found: str = ""


@dataclass(frozen=True)
class Window:
    """What one message shows of a kept result; `whole` is the result that a filter was applied to."""

    id: str
    kept: str
    whole: str
    first: int
    last: int
    pattern: str = ""
    place: Place = field(default_factory=lambda: Place("", "", ""))
    message: str = ""


class Shelf(Protocol):
    """Kept results and the windows that messages show of them, for a day."""

    async def append(self, kept_id: str, block: bytes) -> int: ...
    async def finish(self, kept: Kept) -> None: ...
    async def get(self, kept_id: str) -> Kept | None: ...
    async def read(self, kept_id: str, first: int, last: int) -> list[bytes]: ...
    def blocks(self, kept_id: str) -> AsyncIterator[bytes]: ...
    async def put_window(self, window: Window) -> None: ...
    async def window(self, window_id: str) -> Window | None: ...


@dataclass(frozen=True)
class Menu:
    """A question that was asked; the answer is an index into `commands`."""

    id: str
    place: Place
    commands: tuple[str, ...]


class Sessions(Protocol):
    """What threads and channels remember."""

    async def session(self, place: Place) -> Session | None: ...
    async def remember(self, place: Place, session: Session) -> None: ...
    async def default(self, team: str, channel: str) -> Default | None: ...
    async def set_default(self, team: str, channel: str, default: Default) -> None: ...
    async def put_menu(self, menu: Menu) -> None: ...
    async def menu(self, menu_id: str) -> Menu | None: ...


class Approvals(Protocol):
    """Requests for approval; a change succeeds only where it finds what it expects."""

    async def put(self, approval: Approval) -> None: ...
    async def get(self, approval_id: str) -> Approval | None: ...
    async def swap(self, old: Approval, new: Approval) -> bool: ...
    async def waiting(self) -> list[Approval]: ...
    async def due(self, now: float) -> list[Approval]: ...


class Journal(Protocol):
    """The audit. What `write` returns from is on disk, in this order."""

    async def write(self, *entries: Entry) -> None: ...
    async def entries(self, most: int) -> list[Entry]: ...


@dataclass(frozen=True)
class LiveRun:
    """A run that is under way somewhere. command: as people may read it; text: as it is typed again.

    shell: the user whose shell it is, nothing for other runs. votes: the approvals that it stands on,
    glass: or that it runs without.
    """

    id: str
    verb: str
    command: str
    text: str
    user: str
    found: str
    votes: int = 0
    glass: bool = False
    shell: str = ""
    replica: str = ""


@dataclass(frozen=True)
class Letter:
    """Mail for a live run. `text` is a line; `by` the mention of who sent it."""

    run: str
    kind: Literal["line", "interrupt", "stop"]
    by: str = ""
    text: str = ""


class Live(Protocol):
    """The live runs of all replicas."""

    async def add(self, place: Place, run: LiveRun) -> None: ...
    async def remove(self, place: Place, run_id: str) -> None: ...
    async def of(self, place: Place) -> list[LiveRun]: ...
    async def in_channel(self, place: Place) -> list[LiveRun]: ...
    async def send(self, run: LiveRun, letter: Letter) -> None: ...


class Meter(Protocol):
    """Counts what people do, so that a flood is refused."""

    async def admit(self, request: Request) -> str: ...


class Inbox(Protocol):
    """The inbox's record of one request: how far its work came."""

    async def begun(self, request: Request, place: Place) -> None: ...  # raises Unavailable for what isn't ours
    async def done(self, request: Request) -> None: ...
