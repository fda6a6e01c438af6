"""How containers are reached."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.facts.containers import ContainerFacts
from bot.core.facts.network import Reach
from bot.core.target import Container, Network


@dataclass(frozen=True)
class NetworkDetail:
    """A network, and who is attached: (container id, name, address)."""

    network: Network
    driver: str
    internal: bool
    subnets: tuple[str, ...]
    members: tuple[tuple[str, str, str], ...] = ()


@runtime_checkable
class NetworksPort(Protocol):
    async def network(self, network: Network) -> NetworkDetail: ...


@runtime_checkable
class ReachPort(Protocol):
    """How a container is reached: of a pod, what stands around it; else its own networks and ports."""

    async def reach(self, container: Container) -> Reach | ContainerFacts: ...


class Tunnel(Protocol):
    """Bytes from and to a port. `read` is empty at the end."""

    async def read(self) -> bytes: ...
    async def write(self, data: bytes) -> None: ...


@runtime_checkable
class ForwardPort(Protocol):
    """A connection to a port of a container, for as long as the block lasts."""

    def forward(self, container: Container, port: int) -> AbstractAsyncContextManager[Tunnel]: ...
