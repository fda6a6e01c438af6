"""A Docker Engine as a context: all that its API offers, by the ports that its parts serve."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.backends.docker.client import Client
from bot.backends.docker.context import DockerContext
from bot.backends.docker.events import DockerEvents
from bot.backends.docker.exec import DockerExec
from bot.backends.docker.facts import DockerFacts
from bot.backends.docker.files import DockerFiles
from bot.backends.docker.finding import DockerFinder
from bot.backends.docker.helpers import DockerHelpers
from bot.backends.docker.inspection import DockerInspection
from bot.backends.docker.logs import DockerLogs
from bot.backends.docker.making import DockerMaking
from bot.backends.docker.stats import DockerStats
from bot.core.person import Person
from bot.core.ports.finding import Sees
from bot.core.takes import Takes
from bot.core.target import Candidates, Scope, TargetRef, Thing

__all__ = ["Docker", "connect"]

Port = TypeVar("Port")
_PARTS = (
    DockerLogs, DockerFacts, DockerInspection, DockerStats, DockerEvents, DockerExec, DockerFiles, DockerMaking,
    DockerHelpers,
)  # fmt: skip


def connect(name: str, host: str, *, protected: bool = False, hides_mounted: bool = True) -> Docker:
    """The engine at `host` (unix://, tcp://; TLS as DOCKER_CERT_PATH and DOCKER_TLS_VERIFY say).

    hides_mounted: the content of mounted secrets. Raises Misconfigured for a host that can't be read.
    """
    return Docker(DockerContext(Scope(name, "docker", protected=protected), Client(name, host), hides_mounted))


class Docker:
    """One Docker Engine."""

    def __init__(self, context: DockerContext) -> None:
        self.context = context
        self._finder = DockerFinder(context)
        self._parts = [make(context) for make in _PARTS]

    @property
    def scope(self) -> Scope:
        return self.context.scope

    @property
    def mentioned(self) -> list[Thing]:
        return self.context.mentioned

    def port(self, port: type[Port]) -> Port | None:
        """The part that serves it, if there is one."""
        return next((part for part in self._parts if isinstance(part, port)), None)

    def seen_by(self, person: Person, sees: Sees) -> Docker:
        """The same connections, with only what `sees` lets through; the engine knows no people."""
        return Docker(replace(self.context, sees=sees, mentioned=[]))

    def kinds(self, takes: Takes) -> frozenset[str]:
        return self._finder.kinds(takes)

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        return await self._finder.find(ref, takes)

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        """A compose project is protected by nothing of its own."""
        return replace(self.scope, namespace=namespace)

    async def keep(self) -> None:
        """Nothing: all is asked when it is needed."""

    async def ping(self) -> str:
        """The engine's version. Raises Unavailable."""
        version = await self.context.client.call("reach", "", lambda api: api.version())
        return f"Docker {version['Version']}, API {version['ApiVersion']}"

    async def close(self) -> None:
        """Close connections and end the worker threads."""
        await self.context.client.close()
