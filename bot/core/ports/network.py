"""How containers are reached."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

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
