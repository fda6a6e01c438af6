"""What a change of a workload does to its pods, and who will change it again.

Source: apps/v1, DeploymentStrategy, StatefulSetUpdateStrategy, DaemonSetUpdateStrategy; autoscaling/v2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.edits import Edit, value_at
from bot.core.units import show_count

Json = Mapping[str, Any]
_TEMPLATE = ("spec", "template")
_REPLICAS = ("spec", "replicas")


def disruption(kind: str, seen: Json, edits: Iterable[Edit]) -> tuple[str, ...]:
    """What happens to its pods; nothing where nothing does."""
    if kind == "pod":
        return _resized(seen["spec"], edits)
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


def _resized(spec: Json, edits: Iterable[Edit]) -> tuple[str, ...]:
    """Its containers go on, but those that say of a resource that they have to be restarted for it."""
    restarted = []
    for edit in edits:
        name, resource = edit.place[2], edit.place[-1]
        container = value_at(spec, ("containers", name)) or {}
        rules = {it["resourceName"]: it["restartPolicy"] for it in container.get("resizePolicy") or ()}
        restarted += [name] if rules.get(resource) == "RestartContainer" else []
    return tuple(f"{name} is restarted: it asks for that" for name in dict.fromkeys(restarted)) or (
        "it goes on running",
    )


def _scaled(before: int, after: int) -> str:
    if after == 0:
        return f"{_all(before)} {_verb(before, 'end')}: nothing is left that serves"
    if after < before:
        return f"{before - after} of {show_count(before, 'pod')} {_verb(before - after, 'end')}"
    return f"{after - before} more {'pod' if after - before == 1 else 'pods'}"


def _replaced(kind: str, spec: Json) -> str:
    how = spec.get("strategy") or spec.get("updateStrategy") or {}
    rolling = how.get("rollingUpdate") or {}
    count = 2 if kind == "daemonset" else spec.get("replicas", 1)  # how many is for its nodes to say
    every = "the pod on each node" if kind == "daemonset" else _all(count)
    match how.get("type"):
        case "Recreate":
            return f"{every} {_verb(count, 'end')} before a new one starts"
        case "OnDelete":
            return "no pod is replaced before somebody deletes it"
    if count == 0:
        return "it has no pod that would be replaced"
    replaced = f"{every} {'is' if count == 1 or kind == 'daemonset' else 'are'} replaced"
    if kind == "statefulset":
        part = rolling.get("partition") or 0
        return f"{replaced}{', one after the other' if count > 1 else ''}{f', from number {part} up' if part else ''}"
    parts = [
        f"up to {rolling[name]} {said}"
        for name, said in (("maxUnavailable", "unavailable"), ("maxSurge", "extra"))
        if rolling.get(name) not in (None, 0)
    ]
    return ", ".join([replaced, *parts])


def _all(count: int) -> str:
    return {1: "the only pod", 2: "both pods"}.get(count, f"all {count} pods")


def _verb(count: int, word: str) -> str:
    return f"{word}s" if count == 1 else word


def autoscaling(kind: str, name: str, count: int, scalers: Iterable[Json]) -> tuple[str, ...]:
    """What holds its number of replicas, whoever sets it to a count. Its name may not be everybody's to know."""
    held = []
    for it in scalers:
        target = value_at(it, ("spec", "scaleTargetRef")) or {}
        if (str(target.get("kind", "")).lower(), target.get("name")) == (kind, name):
            least, most = it["spec"].get("minReplicas", 1), it["spec"].get("maxReplicas")
            then = "rests while there are none" if count == 0 else "will change the number again"
            held.append(f"an autoscaler holds it between {least} and {most} replicas, and {then}")
    return tuple(held)
