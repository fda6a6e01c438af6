"""A Docker Engine as a context: all that its API offers, by the ports that it implements."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from bot.backends.docker.client import Client
from bot.backends.docker.details import DockerDetails
from bot.backends.docker.events import DockerEvents
from bot.backends.docker.exec import DockerExec
from bot.backends.docker.files import DockerFiles
from bot.backends.docker.finding import DockerFind
from bot.backends.docker.logs import DockerLogs
from bot.backends.docker.making import DockerMaking
from bot.backends.docker.objects import DockerObjects
from bot.backends.docker.stats import DockerStats
from bot.core.person import Person
from bot.core.ports.finding import Sees
from bot.core.target import Scope

__all__ = ["Docker"]


class Docker(
    DockerFind,
    DockerLogs,
    DockerDetails,
    DockerObjects,
    DockerStats,
    DockerEvents,
    DockerExec,
    DockerFiles,
    DockerMaking,
):
    """One Docker Engine, reached by `host` (unix://, tcp://; TLS as DOCKER_CERT_PATH and DOCKER_TLS_VERIFY say)."""

    def __init__(self, name: str, host: str, *, protected: bool = False, hides_mounted: bool = True) -> None:
        """hides_mounted: the content of mounted secrets. Raises Misconfigured for a host that can't be read."""
        self.hides_mounted = hides_mounted
        self.scope = Scope(name, "docker", protected=protected)
        self.client = Client(name, host)
        self.mentioned = []

    def seen_by(self, person: Person, sees: Sees) -> Docker:
        """The same connections, with only what `sees` lets through; the engine knows no people."""
        seen = copy(self)
        seen.sees, seen.mentioned = sees, []
        return seen

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        """A compose project is protected by nothing of its own."""
        return replace(self.scope, namespace=namespace)

    async def keep(self) -> None:
        """Nothing: all is asked when it is needed."""

    async def ping(self) -> str:
        """The engine's version. Raises Unavailable."""
        version = await self.client.call("reach", "", lambda api: api.version())
        return f"Docker {version['Version']}, API {version['ApiVersion']}"

    async def close(self) -> None:
        """Close connections and end the worker threads."""
        await self.client.close()
