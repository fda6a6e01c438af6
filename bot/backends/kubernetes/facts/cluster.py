"""Nodes, claims, config maps and namespaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.backends.kubernetes.facts.objects import about, status_of
from bot.backends.kubernetes.facts.pods import pod
from bot.backends.kubernetes.quantities import quantity
from bot.core.facts.cluster import (
    ClaimFacts,
    ConfigKey,
    ConfigMapFacts,
    NamespaceFacts,
    NodeFacts,
    Quota,
    Range,
    Share,
    Taint,
)

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
        cpus=_of("cpu", status.get("allocatable")),
        memory=_of("memory", status.get("allocatable")),
    )


def share(seen: Json) -> Share:
    """What a pod takes of its node. An init container that stays (a sidecar) counts with the others."""
    facts = pod("pod", seen)
    spec = seen["spec"]
    init = spec.get("initContainers") or ()
    stay = [*(spec.get("containers") or ()), *(it for it in init if it.get("restartPolicy") == "Always")]

    def taken(bound: str, resource: str) -> float:
        of = [_of(resource, (it.get("resources") or {}).get(bound)) for it in stay]
        first = [_of(resource, (it.get("resources") or {}).get(bound)) for it in init]
        return max([sum(of), *first]) + (_of(resource, spec.get("overhead")) if bound == "requests" else 0)

    return Share(
        facts, taken("requests", "cpu"), taken("requests", "memory"), taken("limits", "cpu"), taken("limits", "memory")
    )


def _of(resource: str, quantities: Json | None) -> float:
    return quantity(str((quantities or {}).get(resource) or "0"))


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


def quota(seen: Json) -> Quota:
    """A resource quota."""
    status = status_of(seen)
    hard, used = status.get("hard") or seen["spec"].get("hard") or {}, status.get("used") or {}
    return Quota(
        seen["metadata"]["name"], tuple((name, str(used.get(name, "?")), str(of)) for name, of in hard.items())
    )


def limit_ranges(seen: Json) -> Iterator[Range]:
    """A limit range: what each resource of each kind of object gets by default, and its bounds."""
    for it in seen["spec"].get("limits") or ():
        bounds = {name: of for name, of in it.items() if isinstance(of, Mapping)}
        for resource in dict.fromkeys(key for of in bounds.values() for key in of):
            said = tuple((name, str(of[resource])) for name, of in bounds.items() if resource in of)
            yield Range(seen["metadata"]["name"], it.get("type") or "", resource, said)
