"""A cluster's objects as cards: from the API's JSON to titled groups of labelled values, a file a family of kinds.

Not here: how the JSON is fetched. Source of all fields: Kubernetes API reference v1.34.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster import network, node, other, pod, workload
from bot.actions.kit.cluster.common import Groups, Rows, about, conditions
from bot.core.output import Card
from bot.core.ports.events import Event
from bot.core.units import show_age

Describe = Callable[[Mapping[str, Any], datetime], Groups]
_MOST_EVENTS = 10
_MOST_PODS = 20
_OF: dict[str, Describe] = {
    "pod": pod.describe,
    **dict.fromkeys(("deployment", "statefulset", "daemonset", "replicaset"), workload.describe),
    "job": workload.describe_job,
    "cronjob": workload.describe_cronjob,
    "service": network.describe_service,
    "endpoints": network.describe_endpoints,
    "endpointslice": network.describe_slice,
    "ingress": network.describe_ingress,
    "networkpolicy": network.describe_policy,
    "node": node.describe,
    "persistentvolumeclaim": other.describe_claim,
    "configmap": other.describe_configmap,
    "namespace": other.describe_namespace,
}


def card(
    kind: str, seen: Mapping[str, Any], pods: Sequence[Mapping[str, Any]], events: Sequence[Event] | str, now: datetime
) -> Card:
    """One object, its conditions, how its pods are, and what happened to it, newest first, or why that isn't known."""
    first, *rest = _OF[kind](seen, now)
    of_pods = ("Pods", [(it["metadata"]["name"], pod.summary(it, now)) for it in pods[:_MOST_PODS]])
    groups = [*about(seen, now), first, of_pods, *rest, *conditions(seen, now)]
    groups.append(("Events", [("", events)] if isinstance(events, str) else _happened(events, now)))
    return Card(f"{kind}/{seen['metadata']['name']}", [(title, rows) for title, rows in groups if rows])


def _happened(events: Sequence[Event], now: datetime) -> Rows:
    newest = sorted(events, key=lambda event: event.at, reverse=True)[:_MOST_EVENTS]
    rows = [(f"{show_age(it.at, now)} ago", f"{it.action}{_times(it)}: {it.detail}") for it in newest]
    return rows or [("", "none in the last hour")]


def _times(event: Event) -> str:
    return f" ×{event.count}" if event.count > 1 else ""
