"""What new pods of a workload start, and which power they gain over those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.edits import Edit
from bot.core.errors import UsageError
from bot.core.images import parse_image

Json = Mapping[str, Any]
HOSTS = (("pid", "hostPID"), ("network", "hostNetwork"), ("ipc", "hostIPC"))


def gained(kind: str, before: Json, after: Json, edits: Iterable[Edit]) -> dict[str, Any]:
    """The fields of a Plan that say so, by the two objects."""
    if not _starts_pods(kind, edits):
        return {}
    old, new = (it["spec"]["template"]["spec"] for it in (before, after))
    return {
        "images": tuple(dict.fromkeys(_whole(it.get("image") or "") for it in _containers(new))),
        "privileged": _is_privileged(new) and not _is_privileged(old),
        "capabilities": tuple(sorted(_capabilities(new) - _capabilities(old))),
        "host_namespaces": tuple(name for name, field in HOSTS if new.get(field) and not old.get(field)),
        "host_paths": tuple(path for path in _host_paths(new) if path not in _host_paths(old)),
    }


def _starts_pods(kind: str, edits: Iterable[Edit]) -> bool:
    """Another template, more replicas, or what was changed while it was paused."""
    for edit in edits:
        grows = edit.place == ("spec", "replicas") and (edit.new or 0) > (1 if edit.old is None else edit.old)
        resumes = edit.place == ("spec", "paused") and not edit.new
        if grows or resumes or edit.place[:2] == ("spec", "template"):
            return True
    return False


def _containers(spec: Json) -> list[Json]:
    return [*(spec.get("initContainers") or ()), *spec["containers"]]


def _whole(image: str) -> str:
    """As a rule names it; what can't be read stays as it is."""
    try:
        return str(parse_image(image))
    except UsageError:
        return image


def _is_privileged(spec: Json) -> bool:
    return any((it.get("securityContext") or {}).get("privileged") for it in _containers(spec))


def _capabilities(spec: Json) -> set[str]:
    found = (((it.get("securityContext") or {}).get("capabilities") or {}).get("add") or () for it in _containers(spec))
    return {name for names in found for name in names}


def _host_paths(spec: Json) -> list[str]:
    behind = ((it.get("hostPath") or {}).get("path") for it in spec.get("volumes") or ())
    return [path for path in behind if path]
