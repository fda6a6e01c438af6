"""A workload as somebody wants it, from how it is.

Sources: Kubernetes API reference v1.34, Deployment, StatefulSet, DaemonSet; kubectl 1.34, `set` and `rollout`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.errors import NotFound, UsageError
from bot.core.wishes import (
    EACH,
    Paused,
    Restarted,
    WantedImages,
    WantedReplicas,
    WantedResources,
    WantedVariables,
    WorkloadWish,
)

Json = Mapping[str, Any]
_RESTARTED = "cdebug/restarted"


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
            for container in _containers(draft, name):
                _set_variables(container, of)
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
        for container in _containers(draft, name, init=name != EACH):
            container["image"] = image


def _containers(draft: dict[str, Any], name: str, *, init: bool = True) -> Iterator[dict[str, Any]]:
    """Those of that name, or each that isn't begun before the rest. Raises NotFound."""
    spec = draft["spec"]["template"]["spec"]
    every = [*spec["containers"], *((spec.get("initContainers") or ()) if init and name != EACH else ())]
    found = [it for it in every if name in (EACH, it["name"])]
    if not found:
        known = ", ".join(f"`{it['name']}`" for it in every)
        raise NotFound(f"no container is called `{name}` in", draft["metadata"]["name"], hint=f"It has {known}.")
    yield from found


def _set_variables(container: dict[str, Any], of: Mapping[str, str | None]) -> None:
    env = list(container.get("env") or ())
    for name, value in of.items():
        at = next((at for at, it in enumerate(env) if it["name"] == name), None)
        if value is None and at is None:
            raise UsageError(f"`{container['name']}` has no variable", name, hint="`describe` lists those that it has.")
        if at is None:
            env.append({"name": name, "value": value})
        elif value is None:
            del env[at]
        else:
            env[at] = {"name": name, "value": value}
    container["env"] = env


def _set_resources(container: dict[str, Any], of: Mapping[str, Mapping[str, str]]) -> None:
    resources = dict(container.get("resources") or {})
    for kind, quantities in of.items():
        if quantities:
            resources[kind] = {**(resources.get(kind) or {}), **quantities}
    container["resources"] = resources
