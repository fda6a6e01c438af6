"""One object whole, and what stands around a pod."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.backends.kubernetes.client import METADATA_LIST
from bot.backends.kubernetes.endpoints import POINTING, without_hidden
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.pods import specs_of, status_of
from bot.backends.kubernetes.quantities import quantity
from bot.backends.kubernetes.reviews import ReviewsPart
from bot.backends.kubernetes.selectors import matches, selector_of, selects
from bot.core.errors import ForbiddenByCluster
from bot.core.kinds import WORKLOADS
from bot.core.ports.engines import Detail, Surroundings
from bot.core.target import Container, Node, Resource, Scope, Thing
from bot.core.units import parse_engine_time

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # the whole object once more, as one string


class ObjectsPart(ReviewsPart):
    """Each raises NotFound, ForbiddenByCluster or Unavailable."""

    async def inspect(self, thing: Thing) -> Mapping[str, Any]:
        """The cluster's own JSON without who manages which field; of a container, its pod's."""
        kind = thing.kind if isinstance(thing, Resource | Node) else "pod"
        path = path_of(kind, thing.scope.namespace, thing.name)
        seen = plain(await self.api.get("read", thing, path))
        return without_hidden(seen, await self.pod_names(thing.scope)) if kind in POINTING else seen

    async def pod_names(self, scope: Scope) -> set[str]:
        """Of the pods that may be listed and seen."""
        return {it["metadata"]["name"] for it in await self._those_of("pod", scope, accept=METADATA_LIST)}

    async def detail(self, container: Container) -> Detail:
        """What every engine says of a container."""
        pod = await self.inspect(container)
        spec = next((it for it in specs_of(pod) if it["name"] == container.container), {})
        status = status_of(pod, container.container)
        limits = (spec.get("resources") or {}).get("limits") or {}
        state = status.get("state") or {}
        ended = state.get("terminated") or (status.get("lastState") or {}).get("terminated") or {}
        return Detail(
            container=container,
            digest=container.image_id,
            command=(*(spec.get("command") or ()), *(spec.get("args") or ())),
            workdir=spec.get("workingDir") or "",
            created=parse_engine_time(pod["metadata"]["creationTimestamp"]),
            started=parse_engine_time((state.get("running") or {}).get("startedAt") or ""),
            finished=parse_engine_time(ended.get("finishedAt") or ""),
            exit_code=int(ended.get("exitCode") or 0),
            oom_killed=ended.get("reason") == "OOMKilled",
            restarts=container.restarts,
            memory_limit=int(quantity(limits.get("memory", "0"))),
            cpus=quantity(limits.get("cpu", "0")),
        )

    async def pods_of(self, thing: Thing) -> list[Mapping[str, Any]]:
        """Those that a workload makes, as far as the person may list and see them; none for anything else."""
        if thing.kind not in WORKLOADS or thing.kind == "cronjob":
            return []
        query = [("labelSelector", selector_of(await self.inspect(thing)))]
        pods: list[Mapping[str, Any]] = []
        try:
            path = path_of("pod", thing.scope.namespace)
            async for page in self.api.pages("list the pods of", thing, path, query):
                pods += [it for it in page["items"] if self.sees(self.thing("pod", it, thing.scope))]
        except ForbiddenByCluster:
            return []
        return pods

    async def surroundings(self, container: Container) -> Surroundings:
        """Services and policies that select the pod, as far as the person may list them and see each."""
        scope = container.scope
        pod, services, slices, policies = await asyncio.gather(
            self.inspect(container),
            self._those_of("service", scope),
            self._those_of("endpointslice", scope),
            self._those_of("networkpolicy", scope),
        )
        labels = pod["metadata"].get("labels") or {}
        selecting = [it for it in services if selects(it["spec"].get("selector"), labels)]
        names = {it["metadata"]["name"] for it in selecting}
        known = await self.pod_names(scope) if selecting else set()
        return Surroundings(
            pod,
            tuple(selecting),
            tuple(without_hidden(it, known) for it in slices if _service_of(it) in names),
            tuple(it for it in policies if matches(it["spec"].get("podSelector") or {}, labels)),
        )

    async def _those_of(self, kind: str, scope: Scope, *, accept: str = "") -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        try:
            path = path_of(kind, scope.namespace)
            async for page in self.api.pages(f"list {kind}s in", scope, path, accept=accept):
                found += [it for it in page["items"] if self.sees(self.thing(kind, it, scope))]
        except ForbiddenByCluster:
            return []
        return found


def plain(seen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what nobody reads."""
    metadata = {key: value for key, value in seen["metadata"].items() if key != "managedFields"}
    if _APPLIED in (metadata.get("annotations") or {}):
        metadata["annotations"] = {key: value for key, value in metadata["annotations"].items() if key != _APPLIED}
    return {**seen, "metadata": metadata}


def _service_of(each: Mapping[str, Any]) -> str:
    return str((each["metadata"].get("labels") or {}).get("kubernetes.io/service-name", ""))
