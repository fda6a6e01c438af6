"""A connection to a port of a pod, as `kubectl port-forward` makes one: the cluster's own network is not needed.

Source: Kubernetes API reference v1.34, "connect GET requests to portforward of Pod"; v4 of the channel protocol,
one connection a WebSocket.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.backends.kubernetes.channels import PORTS, Port
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import path_of
from bot.core.target import Container


class KubernetesForward:
    """Reaches ports."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    @asynccontextmanager
    async def forward(self, container: Container, port: int) -> AsyncIterator[Port]:
        """Raises NotRunning, ForbiddenByCluster, Unavailable."""
        path = f"{path_of('pod', container.scope.namespace, container.name)}/portforward"
        async with self._api.socket("reach a port of", container, path, [("ports", str(port))], PORTS) as socket:
            yield Port(socket)
