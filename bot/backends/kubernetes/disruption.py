"""What a change of a workload does to its pods, and who will change it again.

Source: apps/v1, DeploymentStrategy, StatefulSetUpdateStrategy, DaemonSetUpdateStrategy; autoscaling/v2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.edits import Edit, value_at

Json = Mapping[str, Any]
_TEMPLATE = ("spec", "template")
_REPLICAS = ("spec", "replicas")


def disruption(kind: str, seen: Json, edits: Iterable[Edit]) -> tuple[str, ...]:
    """What happens to its pods; nothing where nothing does."""
    places = {edit.place: edit for edit in edits}
    said = []
    if count := places.get(_REPLICAS):
        said.append(_scaled(int(1 if count.old is None else count.old), int(count.new or 0)))
    if any(place[:2] == _TEMPLATE for place in places):
        said.append("its pods wait: it is paused" if seen["spec"].get("paused") else _replaced(kind, seen["spec"]))
    if (paused := places.get(("spec", "paused"))) is not None:
        said.append(
            "what was changed meanwhile is rolled out" if paused.old else "later changes wait until it is resumed"
        )
    return tuple(said)


def _scaled(before: int, after: int) -> str:
    if after == 0:
        return f"all {_pods(before)} end: nothing is left that serves"
    if after < before:
        return f"{before - after} of {_pods(before)} end{'s' if before - after == 1 else ''}"
    return f"{_pods(after - before)} more"


def _replaced(kind: str, spec: Json) -> str:
    how = spec.get("strategy") or spec.get("updateStrategy") or {}
    rolling, every = (
        how.get("rollingUpdate") or {},
        "each pod" if kind == "daemonset" else _pods(spec.get("replicas", 1)),
    )
    match how.get("type"):
        case "Recreate":
            return f"{every} end before new ones start"
        case "OnDelete":
            return "no pod is replaced before somebody deletes it"
    if kind == "statefulset":
        part = rolling.get("partition") or 0
        return f"{every} are replaced one after the other" + (f", from number {part} up" if part else "")
    parts = [
        f"{rolling[name]} {said}"
        for name, said in (("maxUnavailable", "at most away"), ("maxSurge", "at most more"))
        if rolling.get(name) not in (None, 0)
    ]
    return f"{every} replaced by new ones{', ' if parts else ''}{', '.join(parts)}"


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def autoscaling(kind: str, name: str, scalers: Iterable[Json]) -> tuple[str, ...]:
    """What holds its number of replicas, whoever changes it. Its name may not be everybody's to know."""
    held = []
    for it in scalers:
        target = value_at(it, ("spec", "scaleTargetRef")) or {}
        if (str(target.get("kind", "")).lower(), target.get("name")) == (kind, name):
            spec = it["spec"]
            held.append(
                f"an autoscaler holds it between {spec.get('minReplicas', 1)} and {spec.get('maxReplicas')} replicas,"
                " and will change the number again; with 0 it rests"
            )
    return tuple(held)
