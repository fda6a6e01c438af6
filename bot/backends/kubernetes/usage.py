"""What pods and nodes use, as the metrics API last measured it. Source: metrics.k8s.io/v1beta1."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.pods import specs_of
from bot.backends.kubernetes.quantities import quantity
from bot.core.errors import NotFound, Unavailable, Unsupported
from bot.core.ports.usage import Usage
from bot.core.target import Node, Thing
from bot.core.units import parse_engine_time

_EVERY_S = 5.0
_API = "/apis/metrics.k8s.io/v1beta1"
Json = Mapping[str, Any]


class KubernetesUsage:
    """Measures."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def usages(self, things: Sequence[Thing], seconds: float) -> list[Usage]:
        """Of each container of the pods, or of each node. Raises Unsupported where the cluster has no metrics API.

        The API measures every fifteen seconds or so: a while that is shorter has one measurement.
        """
        started = time.monotonic()
        found = dict.fromkeys(await self._now(things))
        while (left := started + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(_EVERY_S, left))
            found |= dict.fromkeys(await self._now(things))
        return list(found)

    async def _now(self, things: Sequence[Thing]) -> list[Usage]:
        if any(isinstance(thing, Node) for thing in things):
            return await self._nodes({thing.name for thing in things})
        found: list[Usage] = []
        for namespace in sorted({thing.scope.namespace for thing in things}):
            names = {thing.name for thing in things if thing.scope.namespace == namespace}
            found += await self._pods(namespace, names)
        return found

    async def _pods(self, namespace: str, names: set[str]) -> list[Usage]:
        one = next(iter(names)) if len(names) == 1 else ""
        measured = await self._measured("pods", namespace, one)
        specs = await self._read_all(path_of("pod", namespace, one), one)
        asked = {
            (pod["metadata"]["name"], spec["name"]): spec.get("resources") or {}
            for pod in specs
            for spec in specs_of(pod)
        }
        return [
            _of_container(pod, container, asked.get((pod["metadata"]["name"], container["name"]), {}))
            for pod in measured
            if pod["metadata"]["name"] in names
            for container in pod["containers"]
        ]

    async def _nodes(self, names: set[str]) -> list[Usage]:
        measured = await self._measured("nodes", "", "")
        room = {it["metadata"]["name"]: it["status"]["allocatable"] for it in await self._read_all(path_of("node"), "")}
        return [
            Usage(
                _at(it), it["metadata"]["name"], quantity(it["usage"]["cpu"]), int(quantity(it["usage"]["memory"])),
                cpu_limit=quantity(room.get(it["metadata"]["name"], {}).get("cpu", "0")),
                memory_limit=int(quantity(room.get(it["metadata"]["name"], {}).get("memory", "0"))),
            )
            for it in measured
            if it["metadata"]["name"] in names
        ]  # fmt: skip

    async def _measured(self, what: str, namespace: str, one: str) -> list[Json]:
        place = f"/namespaces/{namespace}" if namespace else ""
        try:
            return await self._read_all(f"{_API}{place}/{what}" + (f"/{one}" if one else ""), one)
        except (NotFound, Unavailable) as error:
            if isinstance(error, NotFound) and one and await self._exists():
                return []
            if isinstance(error, Unavailable) and "service unavailable" not in error.why.lower():
                raise
            raise Unsupported(
                "no metrics are available for",
                self._context.name,
                why="it has no metrics API, or that does not answer yet",
                hint="The cluster's operator can install metrics-server.",
            ) from error

    async def _exists(self) -> bool:
        try:
            await self._context.own.get("ask for the metrics of", self._context.name, _API)
        except (NotFound, Unavailable):
            return False
        return True

    async def _read_all(self, path: str, one: str) -> list[Json]:
        about = one or self._context.name
        if one:
            return [await self._api.get("measure", about, path)]
        found: list[Json] = []
        async for page in self._api.pages("measure", about, path):
            found += page["items"]
        return found


def _of_container(pod: Json, container: Json, resources: Json) -> Usage:
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    return Usage(
        at=_at(pod),
        name=pod["metadata"]["name"],
        container=container["name"],
        cpu=quantity(container["usage"]["cpu"]),
        memory=int(quantity(container["usage"]["memory"])),
        cpu_request=quantity(requests.get("cpu", "0")),
        cpu_limit=quantity(limits.get("cpu", "0")),
        memory_request=int(quantity(requests.get("memory", "0"))),
        memory_limit=int(quantity(limits.get("memory", "0"))),
    )


def _at(measured: Json) -> datetime:
    return parse_engine_time(measured.get("timestamp") or "") or datetime.now(UTC)
