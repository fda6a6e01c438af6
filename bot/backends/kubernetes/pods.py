"""A pod's JSON as the containers that are in it. Source: Kubernetes API reference v1.34, PodStatus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes import secrets
from bot.backends.kubernetes.facts.pods import ROLES
from bot.backends.kubernetes.kinds import owner_of
from bot.backends.kubernetes.marks import is_made
from bot.core.errors import NotFound
from bot.core.ports.finding import Sees
from bot.core.target import EVERYWHERE, Container, Neighbour, Scope

_PREPARING = "PodInitializing"
_WELL = frozenset({"running", "Completed", "ContainerCreating", _PREPARING})
_DEFAULT = "kubectl.kubernetes.io/default-container"


def containers_of(
    pod: Mapping[str, Any], scope: Scope, wanted: str = "", sees: Sees = lambda thing: True
) -> list[Container]:
    """The container that is wanted: by name (also an init or ephemeral one), `*` for each, else the pod's own choice.

    None where none may be seen. Raises NotFound for a name that isn't there, with those that are and may be seen.
    """
    every = [it for spec in specs_of(pod) if sees(it := container_of(pod, spec, scope))]
    every = _held_up(pod, every)
    beside = [it for it in (_neighbour(pod, container) for container in every) if it]
    every = [replace(it, others=tuple(other for other in beside if other.name != it.container)) for it in every]
    if wanted == EVERYWHERE or not every:
        return every
    name = wanted or (pod["metadata"].get("annotations") or {}).get(_DEFAULT) or every[0].container
    found = [it for it in every if it.container == name]
    if not found and wanted:
        names = ", ".join(f"`{it.container}`" for it in every)
        raise NotFound(f"no container is called `{wanted}` in", _where(pod, scope), hint=f"Choose one of {names}.")
    return found or every[:1]


def _held_up(pod: Mapping[str, Any], visible: list[Container]) -> list[Container]:
    """Those that wait for an init container say for which: of those that may be seen."""
    init = {spec["name"] for spec in pod["spec"].get("initContainers") or ()}
    unwell = [it for it in visible if it.container in init and _is_unwell(it, status_of(pod, it.container))]
    if not unwell:
        return visible
    why = f"init container `{unwell[0].container}`: {unwell[0].condition}"
    return [replace(it, why=why) if it.state == _PREPARING else it for it in visible]


def _neighbour(pod: Mapping[str, Any], container: Container) -> Neighbour | None:
    """What is said of it beside another; nothing of an init container that has done its work."""
    role, spec = next(
        (role, spec) for role, field, _ in ROLES for spec in pod["spec"].get(field) or ()
        if spec["name"] == container.container
    )  # fmt: skip
    role = "sidecar" if role == "init" and spec.get("restartPolicy") == "Always" else role
    status = status_of(pod, container.container)
    failed = ((status.get("lastState") or {}).get("terminated") or {}).get("exitCode")
    trouble = container.condition if _is_unwell(container, status) else ""
    if not trouble and container.state == "running" and container.restarts and failed:
        trouble = f"it was restarted {container.restarts}×, last after exit status {failed}"
    if role == "init" and not trouble:
        return None
    return Neighbour(container.container, role, trouble)


def _is_unwell(container: Container, status: Mapping[str, Any]) -> bool:
    """Before anything was said of it, nothing is wrong with it."""
    return bool(status) and container.state not in _WELL


def _where(pod: Mapping[str, Any], scope: Scope) -> str:
    return f"{scope}/{pod['metadata']['name']}"


def specs_of(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The specifications of its containers: ordinary, init, ephemeral."""
    return [spec for _, field, _ in ROLES for spec in pod["spec"].get(field) or ()]


def status_of(pod: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the kubelet last said of one of them; nothing before it said anything."""
    statuses = [it for _, _, field in ROLES for it in (pod.get("status") or {}).get(field) or ()]
    return next((it for it in statuses if it["name"] == name), {})


def container_of(pod: Mapping[str, Any], spec: Mapping[str, Any], scope: Scope) -> Container:
    """One container of a pod; its id is the pod's UID and its name, which outlive its restarts."""
    metadata, status = pod["metadata"], status_of(pod, spec["name"])
    state, why = _state(pod, status)
    return Container(
        scope=scope,
        id=f"{metadata['uid']}/{spec['name']}",
        name=metadata["name"],
        image=spec.get("image", ""),
        image_id=status.get("imageID", ""),
        state=state,
        labels=metadata.get("labels") or {},
        owner=owner_of(metadata),
        container=spec["name"],
        restarts=int(status.get("restartCount") or 0),
        why=why,
        secret_paths=secrets.paths_of(pod),
        secret_variables=secrets.variables_of(pod),
        secrets=secrets.names_of(pod, spec),
        helper=is_made(spec),
    )


def _state(pod: Mapping[str, Any], status: Mapping[str, Any]) -> tuple[str, str]:
    """The word that kubectl shows for it, and why."""
    state = status.get("state") or {}
    if "running" in state:
        return "running", ""
    if said := state.get("waiting") or state.get("terminated"):
        ended = f"exit status {said['exitCode']}" if "exitCode" in said else ""
        return said.get("reason") or "waiting", " ".join((said.get("message") or ended).split())[:300]
    return _of_pod(pod)


def _of_pod(pod: Mapping[str, Any]) -> tuple[str, str]:
    """Of a container of which nothing was said yet: how the pod is."""
    whole = pod.get("status") or {}
    unmet = [it for it in whole.get("conditions") or () if it.get("status") == "False" and it.get("message")]
    why = whole.get("message") or (unmet[0]["message"] if unmet else "")
    return whole.get("reason") or whole.get("phase") or "Pending", why


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether it takes traffic, and isn't on its way out."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    ready = any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")
