"""What a node, a namespace and a cron job hold: pods, quotas, jobs; as far as the person may list and see each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext, place_of
from bot.backends.kubernetes.facts import facts_of
from bot.backends.kubernetes.facts.cluster import limit_ranges, quota, share
from bot.backends.kubernetes.facts.objects import Listed, moment, status_of
from bot.backends.kubernetes.kinds import is_made_by
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.core.errors import ForbiddenByCluster
from bot.core.facts.cluster import NamespaceFacts, NodeFacts
from bot.core.facts.objects import ObjectFacts, Refused
from bot.core.facts.pods import CronJobFacts, JobFacts, PodFacts
from bot.core.target import EVERYWHERE, Scope

_MOST_JOBS = 5
_OVER = ("Succeeded", "Failed")  # phases in which a pod holds nothing of a node anymore


class KubernetesHoldings:
    """Each part is known, or refused with the cluster's words. Raises Unavailable."""

    def __init__(self, context: KubernetesContext, namespaces: KubernetesNamespaces) -> None:
        self._context, self._namespaces = context, namespaces

    async def with_all(self, facts: ObjectFacts, scope: Scope) -> ObjectFacts:
        """The same facts with what the object holds; as they are where it holds nothing."""
        match facts:
            case NodeFacts():
                return await self._node(facts)
            case NamespaceFacts():
                return await self._namespace(facts, scope)
            case CronJobFacts():
                return await self._cron_job(facts, scope)
            case _:
                return facts

    async def _node(self, node: NodeFacts) -> NodeFacts:
        everywhere = replace(self._context.scope, namespace=EVERYWHERE)
        try:
            places = await self._namespaces.every()
        except ForbiddenByCluster as error:  # without them nobody can tell what is hidden or protected
            return replace(node, pods=Refused(error.why))
        query = [("fieldSelector", f"spec.nodeName={node.name}")]
        pods = await self._context.listed("pod", everywhere, query=query, places=places)
        if isinstance(pods, Refused):
            return replace(node, pods=pods)
        for it in pods:
            place = place_of(it["metadata"]["namespace"], everywhere, places)
            self._context.mentioned.append(self._context.thing("pod", it, place))
        return replace(node, pods=tuple(share(it) for it in pods if status_of(it).get("phase") not in _OVER))

    async def _namespace(self, namespace: NamespaceFacts, scope: Scope) -> NamespaceFacts:
        quotas, ranges = [await self._limits(kind, scope) for kind in ("resourcequota", "limitrange")]
        return replace(
            namespace,
            quotas=quotas if isinstance(quotas, Refused) else tuple(map(quota, quotas)),
            ranges=ranges if isinstance(ranges, Refused) else tuple(it for one in ranges for it in limit_ranges(one)),
        )

    async def _limits(self, kind: str, scope: Scope) -> Listed:
        found = await self._context.listed(kind, scope)
        if not isinstance(found, Refused):
            self._context.mentioned.extend(self._context.thing(kind, it, scope) for it in found)
        return found

    async def _cron_job(self, cron_job: CronJobFacts, scope: Scope) -> CronJobFacts:
        """Its newest jobs, each with its pods."""
        jobs = await self._context.listed("job", scope)
        if isinstance(jobs, Refused):
            return replace(cron_job, jobs=jobs)
        own = [it for it in jobs if is_made_by(it["metadata"], "cronjob", cron_job.name)]
        newest = sorted(own, key=_made, reverse=True)[:_MOST_JOBS]
        pods = await self._context.listed("pod", scope) if newest else []
        self._context.mentioned.extend(self._context.thing("job", it, scope) for it in newest)
        return replace(cron_job, jobs=tuple(self._job(it, pods, scope) for it in newest), others=len(own) - len(newest))

    def _job(self, seen: Mapping[str, Any], pods: list[Mapping[str, Any]] | Refused, scope: Scope) -> JobFacts:
        facts = facts_of("job", seen)
        assert isinstance(facts, JobFacts)
        if isinstance(pods, Refused):
            return replace(facts, pods=pods)
        own = [it for it in pods if is_made_by(it["metadata"], "job", facts.name)]
        self._context.mentioned.extend(self._context.thing("pod", it, scope) for it in own)
        known = (facts_of("pod", it) for it in own)
        return replace(facts, pods=tuple(it for it in known if isinstance(it, PodFacts)))


def _made(seen: Mapping[str, Any]) -> str:
    made = moment(seen["metadata"].get("creationTimestamp"))
    return made.isoformat() if made else ""
