"""Where each kind of object is in the API, and how an object of it becomes a thing of ours.

Source: Kubernetes API reference v1.34.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.core.errors import UsageError
from bot.core.kinds import CLUSTER_WIDE
from bot.core.target import EVERYWHERE, PROTECTED, Node, Resource, Row, Scope

_GROUPS = {
    "": "/api/v1",
    "apps": "/apis/apps/v1",
    "batch": "/apis/batch/v1",
    "discovery.k8s.io": "/apis/discovery.k8s.io/v1",
    "networking.k8s.io": "/apis/networking.k8s.io/v1",
    "autoscaling": "/apis/autoscaling/v2",
    "policy": "/apis/policy/v1",
    "storage.k8s.io": "/apis/storage.k8s.io/v1",
    "rbac.authorization.k8s.io": "/apis/rbac.authorization.k8s.io/v1",
    "apiextensions.k8s.io": "/apis/apiextensions.k8s.io/v1",
    "scheduling.k8s.io": "/apis/scheduling.k8s.io/v1",
    "coordination.k8s.io": "/apis/coordination.k8s.io/v1",
}
_PLACES = {
    "pod": ("", "pods"),
    "service": ("", "services"),
    "endpoints": ("", "endpoints"),
    "persistentvolumeclaim": ("", "persistentvolumeclaims"),
    "configmap": ("", "configmaps"),
    "node": ("", "nodes"),
    "namespace": ("", "namespaces"),
    "deployment": ("apps", "deployments"),
    "replicaset": ("apps", "replicasets"),
    "statefulset": ("apps", "statefulsets"),
    "daemonset": ("apps", "daemonsets"),
    "job": ("batch", "jobs"),
    "cronjob": ("batch", "cronjobs"),
    "endpointslice": ("discovery.k8s.io", "endpointslices"),
    "ingress": ("networking.k8s.io", "ingresses"),
    "networkpolicy": ("networking.k8s.io", "networkpolicies"),
    "horizontalpodautoscaler": ("autoscaling", "horizontalpodautoscalers"),
    "poddisruptionbudget": ("policy", "poddisruptionbudgets"),
    "persistentvolume": ("", "persistentvolumes"),
    "serviceaccount": ("", "serviceaccounts"),
    "resourcequota": ("", "resourcequotas"),
    "limitrange": ("", "limitranges"),
    "replicationcontroller": ("", "replicationcontrollers"),
    "storageclass": ("storage.k8s.io", "storageclasses"),
    "ingressclass": ("networking.k8s.io", "ingressclasses"),
    "role": ("rbac.authorization.k8s.io", "roles"),
    "rolebinding": ("rbac.authorization.k8s.io", "rolebindings"),
    "clusterrole": ("rbac.authorization.k8s.io", "clusterroles"),
    "clusterrolebinding": ("rbac.authorization.k8s.io", "clusterrolebindings"),
    "customresourcedefinition": ("apiextensions.k8s.io", "customresourcedefinitions"),
    "priorityclass": ("scheduling.k8s.io", "priorityclasses"),
    "lease": ("coordination.k8s.io", "leases"),
}
KINDS = frozenset(_PLACES)
KIND_AT = {place: kind for kind, place in _PLACES.items()} | {("", "secrets"): "secret"}


def group_of(kind: str) -> tuple[str, str]:
    """API group and plural. Raises UsageError for a kind that isn't read here."""
    if kind == "secret":
        raise UsageError("cdebug never reads secrets", hint="`describe pod/NAME` names those that a pod uses.")
    if kind not in _PLACES:
        raise UsageError("a cluster has no", kind, hint="`help get` lists the kinds.")
    return _PLACES[kind]


def path_of(kind: str, namespace: str = "", name: str = "") -> str:
    """The API's path of an object, or of the list of its kind. Raises UsageError as `group_of` does."""
    group, plural = group_of(kind)
    place = "" if kind in CLUSTER_WIDE or namespace in ("", EVERYWHERE) else f"/namespaces/{quote(namespace, safe='')}"
    return f"{_GROUPS[group]}{place}/{plural}" + (f"/{quote(name, safe='')}" if name else "")


def thing_of(
    kind: str,
    seen: Mapping[str, Any],
    scope: Scope,
    row: Row | None = None,
    *,
    protects: bool = False,
    cluster_wide: bool = False,
) -> Resource | Node:
    """An object, or its metadata alone, in the scope of its own namespace.

    protects: whether the whole context is protected, which what stands in no namespace needs to know. cluster_wide:
    whether it is of a kind that stands in none.
    """
    metadata = seen["metadata"]
    labels, generation = metadata.get("labels") or {}, int(metadata.get("generation") or 0)
    if kind == "namespace":  # it is its own place: what hides or protects what is in it does so with it
        scope = replace(scope, namespace=metadata["name"], protected=protects or labels.get(PROTECTED) == "true")
    elif cluster_wide or kind in CLUSTER_WIDE:
        scope = replace(scope, namespace="", protected=protects)
    if kind == "node":
        return Node(scope, metadata["name"], labels, metadata["uid"], generation, row)
    return Resource(scope, kind, metadata["name"], metadata["uid"], generation, labels, owner_of(metadata), row)


def is_made_by(metadata: Mapping[str, Any], kind: str, name: str) -> bool:
    """Whether a pod, or what stands between, is a workload's own. A selector may match others' pods too; a service
    makes none, and means all that it selects.
    """
    owner = next((it for it in metadata.get("ownerReferences") or () if it.get("controller")), None)
    direct = owner is not None and (owner["kind"].lower(), owner["name"]) == (kind, name)
    return kind == "service" or direct or owner_of(metadata) == f"{kind}/{name}"


def owner_of(metadata: Mapping[str, Any]) -> str:
    """What made it, as `kind/name`. A replica set of a deployment is named by the deployment.

    Source: apps/v1, the pod-template-hash label and the names that the deployment controller makes of it.
    """
    owner = next((it for it in metadata.get("ownerReferences") or () if it.get("controller")), None)
    if not owner:
        return ""
    kind, name = owner["kind"].lower(), owner["name"]
    made = (metadata.get("labels") or {}).get("pod-template-hash")
    if kind == "replicaset" and made and name.endswith(f"-{made}"):
        return f"deployment/{name.removesuffix(f'-{made}')}"
    return f"{kind}/{name}"
