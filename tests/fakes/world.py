"""A whole world in memory: an engine with containers, a chat that remembers, and the pipeline between them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

import structlog

from bot.actions import catalog
from bot.app import SHIPPED_POLICY
from bot.backends.docker.finding import alike
from bot.core.action import Action
from bot.core.acts import Act, TypedCommand
from bot.core.audit import fingerprint
from bot.core.errors import CdebugError, Denied, NotFound, NotRunning, Unavailable
from bot.core.facts.containers import ContainerFacts
from bot.core.grammar import Grammar
from bot.core.ledger import LABEL, MadeObject
from bot.core.limits import Limits
from bot.core.output import Chart, Lines
from bot.core.person import Channel, Person
from bot.core.policy import Policy
from bot.core.ports.finding import Sees
from bot.core.ports.logs import LogQuery
from bot.core.redact import Redactor
from bot.core.request import Place, Request
from bot.core.said import Said
from bot.core.session import Default
from bot.core.takes import Takes
from bot.core.target import Candidates, Container, NewObject, Objects, Scope, TargetRef, Thing
from bot.core.view import Form, Page, Status, View
from bot.core.window import Room
from bot.pipeline import Parts, Pipeline
from bot.runs import Runs
from tests.fakes.in_memory import InMemoryEngine
from tests.fakes.stores import (
    MemoryApprovals,
    MemoryInbox,
    MemoryJournal,
    MemoryLedger,
    MemoryLive,
    MemoryMeter,
    MemorySessions,
    MemoryShelf,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeEngine(InMemoryEngine):
    """Containers with logs. It has the ports Find, Logs, Facts and Making, and no others."""

    def __init__(self, name: str = "local") -> None:
        self.mentioned: list[Thing] = []
        self.scope = Scope(name, "docker")
        self.containers: dict[str, Container] = {}
        self.lines: dict[str, list[Lines]] = {}
        self.fault: Exception | None = None
        self.stuck: CdebugError | None = None
        self.base: Any = self
        self.asks: list[TargetRef] = []

    def add(self, name: str, *lines: Lines, **more: Any) -> Container:
        made = Container(self.scope, f"id-{name}", name, f"{name}:1", **{"state": "running", **more})
        self.containers[name], self.lines[name] = made, list(lines)
        return made

    def seen_by(self, person: Person, sees: Sees) -> FakeEngine:
        seen = copy(self)
        seen.containers = {name: it for name, it in self.containers.items() if sees(it)}
        return seen

    def kinds(self, takes: Takes) -> frozenset[str]:
        return frozenset({"container", "service"})

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        return replace(self.scope, namespace=namespace)

    async def keep(self) -> None:
        """Nothing."""

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        self.asks.append(ref)
        if self.fault:
            raise self.fault
        every = list(self.containers.values())
        exact = [it for it in every if it.name == ref.name]
        found = exact or [it for it in every if it.name.startswith(ref.name)]
        if takes.many:
            return Candidates((Objects(self.scope, tuple(found)),))
        return Candidates(tuple(found), () if found else alike(ref.name, every))

    async def ping(self) -> str:
        return "fake"

    async def close(self) -> None:
        """Nothing is open."""

    async def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
        for lines in self.lines[container.name]:
            yield lines

    async def facts(self, container: Container) -> ContainerFacts:
        return ContainerFacts(name=container.name, image=container.image, command=("run",), created=NOW)

    async def make(self, thing: NewObject, entry: MadeObject) -> Container:
        if self.fault:
            raise self.fault
        if thing.name in self.containers:
            raise NotRunning("cannot make", thing, why="the name is taken")
        if not str(thing.spec["Image"]).startswith("toolbox"):
            raise NotFound("cannot make", thing, why="there is no such image")
        made = Container(
            self.scope, f"id-{thing.name}", thing.name, str(thing.spec["Image"]), state="running",
            labels={**thing.labels, **entry.labels},
        )  # fmt: skip
        self.containers[made.name] = self.base.containers[made.name] = made
        return made

    async def standing(self, thing: NewObject) -> tuple[Container, MadeObject] | None:
        container = self.base.containers.get(thing.name)
        entry = container and MadeObject.of_labels(self.scope.context, "", "container", thing.name, container.labels)
        if container and not entry:
            raise NotRunning("cannot use", thing, why="something else has its name")
        return (container, entry) if container and entry else None

    async def made(self) -> list[tuple[Container, MadeObject]]:
        found = [
            (it, MadeObject.of_labels(self.scope.context, "", "container", it.name, it.labels))
            for it in self.containers.values()
        ]
        return [(it, entry) for it, entry in found if entry]

    async def unmake(self, entry: MadeObject) -> bool:
        if self.base.stuck:
            raise self.base.stuck
        names = [it.name for it in self.base.containers.values() if it.labels.get(LABEL) == entry.id]
        for name in names:
            del self.base.containers[name]
        return bool(names)


@dataclass
class Posted:
    """A message, as it is now."""

    place: Place
    view: View
    edits: int = 0


class FakeChat:
    """Messages by ts; `fault` is raised by the next post."""

    def __init__(self) -> None:
        self.room = Room(lines=5, characters=400)
        self.messages: dict[str, Posted] = {}
        self.roots: dict[str, Place] = {}
        self.whispers: list[str] = []
        self.files: dict[str, bytes] = {}
        self.forms: list[Form | Page] = []
        self.fault: CdebugError | None = None
        self._ts = itertools.count(1)

    async def open(self, request: Request, status: Status) -> Place:
        ts = await self.post(Place(request.team, request.channel, request.thread), status)
        self.roots[request.id] = Place(request.team, request.channel, request.thread or ts, ts)
        return self.roots[request.id]

    async def opened(self, request: Request) -> Place | None:
        return self.roots.get(request.id)

    async def refresh(self, place: Place, message: str, view: View) -> bool:
        await self.edit(place, message, view)
        return True

    async def settle(self, place: Place, status: Status, *, hurry: bool = False) -> None:
        await self.edit(place, place.root, status)

    async def post(self, place: Place, view: View, *, hurry: bool = False) -> str:
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        ts = f"{next(self._ts)}.0"
        self.messages[ts] = Posted(place, view)
        return ts

    async def edit(self, place: Place, message: str, view: View) -> None:
        self.messages[message].view = view
        self.messages[message].edits += 1

    async def draw(self, place: Place, chart: Chart) -> None:
        self.files["chart.png"] = chart.title.encode()

    async def upload(self, place: Place, name: str, data: bytes, title: str) -> None:
        self.files[name] = data

    async def whisper(self, request: Request, said: Said, *, private: bool = False) -> None:
        self.whispers.append(said if isinstance(said, str) else "".join(said))

    async def show_modal(self, request: Request, modal: Form | Page) -> None:
        self.forms.append(modal)

    @property
    def statuses(self) -> list[Status]:
        return [posted.view for posted in self.messages.values() if isinstance(posted.view, Status)]

    @property
    def results(self) -> list[View]:
        return [posted.view for posted in self.messages.values() if not isinstance(posted.view, Status)]


class FakeDirectory:
    """Everybody is a plain member, unless told otherwise."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.unknown: set[str] = set()
        self.channels: dict[str, Channel] = {}
        self.fault: CdebugError | None = None

    async def person(self, team: str, user: str) -> Person:
        if self.fault:
            raise self.fault
        if user in self.unknown:
            raise Denied("cdebug can't tell who you are")
        return self.people.get(user, Person(team, user, user.lower()))

    async def channel(self, channel: str) -> Channel:
        return self.channels.get(channel, Channel(channel, "channel"))

    async def candidates(self) -> list[str]:
        return sorted({*self.people, *self.unknown})


@lru_cache
def _grammar(verbs: tuple[type[Action], ...]) -> Grammar:
    return Grammar(verbs)


@lru_cache
def _policy(text: str, verbs: tuple[type[Action], ...]) -> Policy:
    """Read once: a world has a copy, for tests that load another."""
    return Policy(text, verbs)


@dataclass
class World:
    """Everything, and the pipeline over it."""

    runs: Runs
    policy: str = ""
    verbs: tuple[type[Action], ...] = field(default_factory=catalog)
    limits: Limits = field(default_factory=Limits)
    engine: FakeEngine = field(default_factory=FakeEngine)
    chat: FakeChat = field(default_factory=FakeChat)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    meter: MemoryMeter = field(default_factory=MemoryMeter)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    approvals: MemoryApprovals = field(default_factory=MemoryApprovals)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    live: MemoryLive = field(default_factory=MemoryLive)

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        other = FakeEngine("other")
        other.fault = Unavailable("cannot look into", "other", why="it is away", hint="Try again.")
        self.pipeline = Pipeline(
            Parts(
                grammar=_grammar(self.verbs),
                policy=copy(_policy(self.policy or SHIPPED_POLICY.read_text(), self.verbs)),
                redactor=Redactor(),
                engines={"local": self.engine, "other": other},
                default=Default("local"),
                chat=self.chat,
                directory=self.directory,
                sessions=self.sessions,
                shelf=self.shelf,
                meter=self.meter,
                inbox=self.inbox,
                approvals=self.approvals,
                journal=self.journal,
                ledger=self.ledger,
                live=self.live,
                runs=self.runs,
                now=lambda: NOW,
                new_id=lambda: f"id{next(numbers)}",
                log=structlog.get_logger(),
                limits=self.limits,
                fingerprint=partial(fingerprint, b"a key of the tests"),
            )
        )
        self._numbers = itertools.count(1)

    def request(self, act: str | Act, stdin: str = "", **more: Any) -> Request:
        """Of an act; of a command, by its words."""
        number = next(self._numbers)
        act = TypedCommand(act, stdin) if isinstance(act, str) else act
        known = {"id": f"r{number}", "dedup": f"d{number}", "team": "T0", "user": "U0ANN", "channel": "C0", "at": 0.0}
        return Request(act=act, **{**known, **more})

    async def say(self, text: str, **more: Any) -> Request:
        request = self.request(text, **more)
        await self.pipeline.submit(request)
        return request
