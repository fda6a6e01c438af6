"""A pod's JSON as the containers that are in it. Source: Kubernetes API reference v1.34, PodStatus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes import secrets
from bot.backends.kubernetes.facts.pods import ROLES
from bot.backends.kubernetes.kinds import owner_of
from bot.core.errors import NotFound
from bot.core.ports.finding import Sees
from bot.core.target import EVERYWHERE, Container, Scope

_DEFAULT = "kubectl.kubernetes.io/default-container"


def containers_of(
    pod: Mapping[str, Any], scope: Scope, wanted: str = "", sees: Sees = lambda thing: True
) -> list[Container]:
    """The container that is wanted: by name (also an init or ephemeral one), `*` for each, else the pod's own choice.

    None where none may be seen. Raises NotFound for a name that isn't there, with those that are and may be seen.
    """
    every = [it for spec in specs_of(pod) if sees(it := container_of(pod, spec, scope))]
    ordinary = [it.container for it in every if it.container in {spec["name"] for spec in pod["spec"]["containers"]}]
    every = [replace(it, others=tuple(name for name in ordinary if name != it.container)) for it in every]
    if wanted == EVERYWHERE or not every:
        return every
    name = wanted or (pod["metadata"].get("annotations") or {}).get(_DEFAULT) or every[0].container
    found = [it for it in every if it.container == name]
    if not found and wanted:
        names = ", ".join(f"`{it.container}`" for it in every)
        raise NotFound(f"no container is called `{wanted}` in", _where(pod, scope), hint=f"Choose one of {names}.")
    return found or every[:1]


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
    )


def _state(pod: Mapping[str, Any], status: Mapping[str, Any]) -> tuple[str, str]:
    """The word that kubectl shows for it, and why."""
    state = status.get("state") or {}
    if "running" in state:
        return "running", ""
    if said := state.get("waiting") or state.get("terminated"):
        ended = f"exit status {said['exitCode']}" if "exitCode" in said else ""
        return said.get("reason") or "waiting", " ".join((said.get("message") or ended).split())[:300]
    whole = pod.get("status") or {}
    unmet = [it for it in whole.get("conditions") or () if it.get("status") == "False" and it.get("message")]
    why = whole.get("message") or (unmet[0]["message"] if unmet else "")
    return whole.get("reason") or whole.get("phase") or "Pending", why


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether it takes traffic, and isn't on its way out."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    ready = any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")
