"""One object whole, and what stands around a pod."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from bot.backends.kubernetes.changemarks import UNDO
from bot.backends.kubernetes.client import METADATA_LIST
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.endpoints import POINTING, pods_in, without_hidden
from bot.backends.kubernetes.facts import facts_of
from bot.backends.kubernetes.facts.network import SERVICE_NAME, reach, served, service_of
from bot.backends.kubernetes.facts.objects import Listed
from bot.backends.kubernetes.holdings import KubernetesHoldings
from bot.backends.kubernetes.kinds import is_made_by
from bot.backends.kubernetes.selectors import matches, selector_of, selects
from bot.core.errors import ForbiddenByCluster, NotFound
from bot.core.facts.containers import ContainerFacts
from bot.core.facts.network import IngressFacts, Reach
from bot.core.facts.objects import ObjectFacts, Refused
from bot.core.facts.pods import JobFacts, PodFacts, WorkloadFacts
from bot.core.kinds import WORKLOADS
from bot.core.target import Container, Node, Resource, Scope, Thing
from bot.together import unwrapped

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # the whole object once more, as one string


class KubernetesObjects:
    """Each raises NotFound, ForbiddenByCluster or Unavailable."""

    form: Literal["json", "yaml"] = "yaml"

    def __init__(self, context: KubernetesContext, holdings: KubernetesHoldings) -> None:
        self._context, self._api = context, context.api
        self._holdings = holdings

    async def inspect(self, thing: Thing) -> Mapping[str, Any]:
        """The cluster's own JSON without who manages which field; of a container, its pod's."""
        kind = thing.kind if isinstance(thing, Resource | Node) else "pod"
        path = self._context.path(kind, thing.scope.namespace, thing.name)
        seen = plain(await self._api.get("read", thing, path))
        if kind not in POINTING:
            return seen
        pods = await self.pods_seen(thing.scope)
        if isinstance(pods, Refused):
            raise ForbiddenByCluster(
                "cannot tell which pods stand behind", thing, why=pods.why,
                hint="`can` shows what the cluster grants you; whoever runs it can grant more.",
            )  # fmt: skip
        return self.without_hidden(seen, pods)

    async def pods_seen(self, scope: Scope) -> dict[str, Thing] | Refused:
        """The pods that may be listed and seen, by name."""
        seen = await self._context.listed("pod", scope, accept=METADATA_LIST)
        if isinstance(seen, Refused):
            return seen
        return {it["metadata"]["name"]: self._context.thing("pod", it, scope) for it in seen}

    def without_hidden(self, seen: Mapping[str, Any], pods: Mapping[str, Thing]) -> Mapping[str, Any]:
        """Endpoints with only these pods in them, which are mentioned then."""
        self._context.mentioned.extend(pods[name] for name in pods_in(seen) if name in pods)
        return without_hidden(seen, set(pods))

    async def facts(self, container: Container) -> ContainerFacts:
        """Of one container of a pod, what every engine says of one."""
        pod = await self.inspect(container)
        if pod["metadata"]["uid"] != container.id.partition("/")[0]:
            raise NotFound("another pod has taken the place of", container)
        seen = facts_of("pod", pod)
        assert isinstance(seen, PodFacts)
        found = next((it for it in seen.containers if it.name == container.container), None)
        if found is None:
            raise NotFound("the pod no longer has", container)
        return replace(found, id=container.id, created=seen.created, restart_policy=seen.restart_policy)

    async def object_facts(self, thing: Thing) -> ObjectFacts:
        """A workload with its pods, a service with what stands behind it, a node with what runs on it."""
        seen = await self.inspect(thing)
        if thing.kind == "service":
            query = [("labelSelector", f"{SERVICE_NAME}={thing.name}")]
            slices = await self._context.listed("endpointslice", thing.scope, query=query)
            return served(seen, await self._behind([seen], slices, thing.scope))
        found = facts_of(thing.kind, seen)
        if isinstance(found, IngressFacts):
            return await self._with_services(found, thing.scope)
        if isinstance(found, WorkloadFacts | JobFacts):
            known = await self._made_by(thing, seen)
            if isinstance(known, Refused):
                return replace(found, pods=known)
            pods = [facts_of("pod", it) for it in known]
            return replace(found, pods=tuple(it for it in pods if isinstance(it, PodFacts)))
        return await self._holdings.with_all(found, thing.scope)

    async def _with_services(self, ingress: IngressFacts, scope: Scope) -> IngressFacts:
        """Its rules, each with whether its service is there, as far as the person may list them."""
        services = await self._context.listed("service", scope, accept=METADATA_LIST)
        if isinstance(services, Refused):
            return ingress
        names = {f"service/{it['metadata']['name']}" for it in services}
        rules = [
            replace(it, missing=it.backend.startswith("service/") and it.backend.partition(":")[0] not in names)
            for it in ingress.rules
        ]
        return replace(ingress, rules=tuple(rules))

    async def pods_of(self, thing: Thing) -> Listed:
        """Those that a workload makes, as far as the person may see them; none for anything else."""
        if thing.kind not in WORKLOADS or thing.kind == "cronjob":
            return []
        return await self._made_by(thing, await self.inspect(thing))

    async def made_directly(self, thing: Thing) -> Listed:
        """The replica sets of a deployment, the jobs of a cron job: with their metadata alone."""
        kind = {"deployment": "replicaset", "cronjob": "job"}.get(thing.kind)
        if kind is None:
            return []
        found = await self._context.listed(kind, thing.scope, accept=METADATA_LIST)
        if isinstance(found, Refused):
            return found
        return [it for it in found if is_made_by(it["metadata"], thing.kind, thing.name)]

    async def _made_by(self, thing: Thing, workload: Mapping[str, Any]) -> Listed:
        query = [("labelSelector", selector_of(workload))]
        pods = await self._context.listed("pod", thing.scope, query=query)
        if isinstance(pods, Refused):
            return pods
        pods = [it for it in pods if is_made_by(it["metadata"], thing.kind, thing.name)]
        self._context.mentioned.extend(self._context.thing("pod", it, thing.scope) for it in pods)
        return pods

    async def reach(self, container: Container) -> Reach:
        """Services and policies that select the pod, as far as the person may list them and see each."""
        scope = container.scope
        async with unwrapped(), asyncio.TaskGroup() as group:
            of_pod = group.create_task(self.inspect(container))
            lists = [
                group.create_task(self._context.listed(kind, scope))
                for kind in ("service", "endpointslice", "networkpolicy")
            ]
        pod, (services, slices, policies) = of_pod.result(), (task.result() for task in lists)
        labels = pod["metadata"].get("labels") or {}
        if not isinstance(services, Refused):
            services = [it for it in services if selects(it["spec"].get("selector"), labels)]
            self._context.mentioned.extend(self._context.thing("service", it, scope) for it in services)
        if not isinstance(policies, Refused):
            policies = [it for it in policies if matches(it["spec"].get("podSelector") or {}, labels)]
            self._context.mentioned.extend(self._context.thing("networkpolicy", it, scope) for it in policies)
        return reach(pod, services, await self._behind(services, slices, scope), policies)

    async def _behind(self, services: Listed, slices: Listed, scope: Scope) -> Listed:
        """The slices of these services, with only the pods in them that may be seen."""
        if isinstance(services, Refused) or isinstance(slices, Refused) or not services:
            return slices if isinstance(slices, Refused) else []
        names = {it["metadata"]["name"] for it in services}
        seen = await self.pods_seen(scope)
        if isinstance(seen, Refused):
            return seen
        return [self.without_hidden(it, seen) for it in slices if service_of(it) in names]


def plain(seen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what nobody reads, and without what cdebug keeps to put back: values that stood under other names."""
    metadata = {key: value for key, value in seen["metadata"].items() if key != "managedFields"}
    if annotations := metadata.get("annotations"):
        metadata["annotations"] = {key: it for key, it in annotations.items() if key not in (_APPLIED, UNDO)}
    return {**seen, "metadata": metadata}
