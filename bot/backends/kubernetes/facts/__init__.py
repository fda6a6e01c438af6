"""A cluster's JSON as facts, a file per family of kinds. Source of all fields: Kubernetes API reference v1.34."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.backends.kubernetes.facts import cluster, network, other, pods, workloads
from bot.core.facts.objects import ObjectFacts

Json = Mapping[str, Any]
_OF: dict[str, Callable[[str, Json], ObjectFacts]] = {
    "pod": pods.pod,
    **dict.fromkeys(("deployment", "statefulset", "daemonset", "replicaset"), workloads.workload),
    "job": workloads.job,
    "cronjob": workloads.cron_job,
    "service": network.service,
    "endpoints": network.endpoints,
    "endpointslice": network.endpoint_slice,
    "ingress": network.ingress,
    "networkpolicy": network.policy,
    "node": cluster.node,
    "persistentvolumeclaim": cluster.claim,
    "configmap": cluster.config_map,
    "namespace": cluster.namespace,
}


def facts_of(kind: str, seen: Json) -> ObjectFacts:
    """What the API says of one object."""
    return _OF.get(kind, other.other)(kind, seen)
