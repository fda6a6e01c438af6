"""A workload as somebody wants it, from how it is.

Sources: Kubernetes API reference v1.34, Deployment, StatefulSet, DaemonSet; kubectl 1.34, `set` and `rollout`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.errors import NotFound, NotRunning, UsageError
from bot.core.wishes import (
    EACH,
    Paused,
    Restarted,
    WantedImages,
    WantedReplicas,
    WantedResources,
    WantedSidecar,
    WantedVariables,
    WorkloadWish,
)

Json = Mapping[str, Any]
_RESTARTED = "cdebug/restarted"
_FOREVER = str(10 * 365 * 86_400)  # seconds; not every sleep takes `infinity`


def wanted(seen: Json, wish: WorkloadWish) -> dict[str, Any]:
    """The object as it is to be. Raises NotFound for a container, UsageError for a variable that it hasn't."""
    draft = copy.deepcopy(dict(seen))
    match wish:
        case WantedReplicas(count):
            draft["spec"]["replicas"] = count
        case Paused(yes):
            draft["spec"].pop("paused", None)
            draft["spec"] |= {"paused": True} if yes else {}
        case Restarted():
            _restart(draft)
        case WantedImages(of):
            _set_images(draft, of)
        case WantedVariables(of, name):
            _set_variables(draft, of, name)
        case WantedSidecar():
            _add_sidecar(draft["spec"]["template"]["spec"], wish)
        case WantedResources(requests, limits, name):
            for container in _containers(draft, name):
                _set_resources(container, {"requests": requests, "limits": limits})
    return draft


def _restart(draft: dict[str, Any]) -> None:
    """Another template makes other pods. What it says counts changes, and is no time: asked twice it is the same."""
    metadata = draft["spec"]["template"].setdefault("metadata", {})
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        _RESTARTED: f"after generation {draft['metadata'].get('generation')}",
    }


def _set_images(draft: dict[str, Any], of: Mapping[str, str]) -> None:
    for name, image in of.items():
        for container in _containers(draft, name, init=True):
            container["image"] = image


def _containers(draft: dict[str, Any], name: str, *, init: bool = False) -> list[dict[str, Any]]:
    """Those of that name, or each. init: each of those that run before the rest, too. Raises NotFound."""
    spec = draft["spec"]["template"]["spec"] if "template" in draft["spec"] else draft["spec"]  # a pod's own
    first = list(spec.get("initContainers") or ())
    every = [*spec["containers"], *(first if init or name != EACH else ())]
    found = [it for it in every if name in (EACH, it["name"])]
    if not found:
        known = ", ".join(f"`{it['name']}`" for it in every)
        raise NotFound(f"no container is called `{name}` in", draft["metadata"]["name"], hint=f"It has {known}.")
    return found


def _set_variables(draft: dict[str, Any], of: Mapping[str, str | None], name: str) -> None:
    """One that goes is taken out wherever it is."""
    containers = _containers(draft, name)
    there = {it["name"] for container in containers for it in container.get("env") or ()}
    if gone := next((name for name, value in of.items() if value is None and name not in there), ""):
        raise UsageError("no container has a variable", gone, hint="`describe` lists those that there are.")
    for container in containers:
        if env := _env(container.get("env") or (), of):
            container["env"] = env
        else:
            container.pop("env", None)


def _env(before: Iterable[Json], of: Mapping[str, str | None]) -> list[Json]:
    """Each in its place; new ones last."""
    kept = [it for it in before if of.get(it["name"], "") is not None]
    env = [{"name": it["name"], "value": of[it["name"]]} if it["name"] in of else it for it in kept]
    known = {it["name"] for it in env}
    new = [{"name": name, "value": value} for name, value in of.items() if value is not None and name not in known]
    return env + new


def _add_sidecar(spec: dict[str, Any], wish: WantedSidecar) -> None:
    """It sleeps for as long as its pod lives: a container that ends would take the pod out of its service."""
    if any(it["name"] == wish.name for it in spec["containers"]):
        raise NotRunning("it has one already:", wish.name, hint="`clean` takes out what cdebug put there.")
    uid, _, gid = wish.user.partition(":")
    user = {"runAsUser": int(uid), **({"runAsGroup": int(gid)} if gid else {})} if uid else {}
    spec["shareProcessNamespace"] = True
    spec["containers"] = [
        *spec["containers"],
        {
            "name": wish.name,
            "image": wish.image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["sleep", _FOREVER],
            "resources": {
                "requests": {"cpu": "10m", "memory": "16Mi"},
                "limits": {"cpu": "500m", "memory": "256Mi"},
            },
            "securityContext": {
                **user,
                "privileged": False,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "volumeMounts": [_to_read(spec, name) for name in wish.volumes],
        },
    ]


def _to_read(spec: Json, volume: str) -> dict[str, Any]:
    """Where the first container has it that does. Raises UsageError."""
    every = [mount for it in spec["containers"] for mount in it.get("volumeMounts") or ()]
    found = next((it for it in every if it["name"] == volume), None)
    if found is None:
        known = ", ".join(f"`{name}`" for name in dict.fromkeys(it["name"] for it in every))
        raise UsageError("no container mounts a volume", volume, hint=f"These are mounted: {known or 'none'}.")
    return {**found, "readOnly": True}


def _set_resources(container: dict[str, Any], of: Mapping[str, Mapping[str, str]]) -> None:
    resources = dict(container.get("resources") or {})
    for kind, quantities in of.items():
        if quantities:
            resources[kind] = {**(resources.get(kind) or {}), **quantities}
    container["resources"] = resources
