"""Nodes, claims, config maps and namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.backends.kubernetes.facts.objects import about, status_of
from bot.core.facts.cluster import ClaimFacts, ConfigKey, ConfigMapFacts, NamespaceFacts, NodeFacts, Taint

Json = Mapping[str, Any]


def node(kind: str, seen: Json) -> NodeFacts:
    spec, status = seen["spec"], status_of(seen)
    info = status.get("nodeInfo") or {}
    return NodeFacts(
        **about(kind, seen),
        kubelet=info.get("kubeletVersion") or "",
        system=info.get("osImage") or "",
        kernel=info.get("kernelVersion") or "",
        runtime=info.get("containerRuntimeVersion") or "",
        cordoned=bool(spec.get("unschedulable")),
        taints=tuple(Taint(it["key"], it["effect"], it.get("value") or "") for it in spec.get("taints") or ()),
        addresses=tuple(f"{it['type']} {it['address']}" for it in status.get("addresses") or ()),
        capacity=status.get("capacity") or {},
        allocatable=status.get("allocatable") or {},
    )


def claim(kind: str, seen: Json) -> ClaimFacts:
    spec, status = seen["spec"], status_of(seen)
    return ClaimFacts(
        **about(kind, seen),
        phase=status.get("phase") or "",
        storage_class=spec.get("storageClassName") or "",
        requested=str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or ""),
        capacity=str((status.get("capacity") or {}).get("storage") or ""),
        volume=spec.get("volumeName") or "",
        access_modes=tuple(spec.get("accessModes") or ()),
    )


def config_map(kind: str, seen: Json) -> ConfigMapFacts:
    """Base64 takes four characters for three bytes."""
    keys = [ConfigKey(name, len(value.encode())) for name, value in (seen.get("data") or {}).items()]
    keys += [
        ConfigKey(name, len(value) * 3 // 4, binary=True) for name, value in (seen.get("binaryData") or {}).items()
    ]
    return ConfigMapFacts(**about(kind, seen), keys=tuple(keys))


def namespace(kind: str, seen: Json) -> NamespaceFacts:
    return NamespaceFacts(**about(kind, seen), phase=status_of(seen).get("phase") or "")
