"""An ephemeral container in a pod: adding one, held against what was asked for, and reading it back.

Nothing removes one from a pod.
Source: Kubernetes API reference v1.34, EphemeralContainer; "patch ephemeralcontainers of the specified Pod".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.backends.kubernetes.client import Api
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.marks import MANAGER
from bot.backends.kubernetes.pods import status_of
from bot.core.errors import ForbiddenByCluster
from bot.core.target import Scope

Json = Mapping[str, Any]
UNDER_WAY = frozenset({"", "ContainerCreating", "PodInitializing"})  # why one waits that will start
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_DEFAULTS: Json = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "resources": {},
}


async def add(api: Api, scope: Scope, pod: Json, spec: Json, *, dry: bool) -> tuple[Json, tuple[str, ...]]:
    """The pod as the cluster answers, and its warnings. dry: it is asked, and nothing is kept.

    Raises ForbiddenByCluster, also where the cluster makes something else of it; NotRunning for what it can't take.
    """
    name = pod["metadata"]["name"]
    path = f"{path_of('pod', scope.namespace, name)}/ephemeralcontainers"
    query = [("fieldManager", MANAGER), *([("dryRun", "All")] if dry else [])]
    what, about = "start a debug container in", f"{scope}/{name}"
    body = {"metadata": {"uid": pod["metadata"]["uid"]}, "spec": {"ephemeralContainers": [spec]}}
    answer, warnings = await api.patch(what, about, path, body, query)
    if other := list(_others(spec, answer)):
        raise ForbiddenByCluster(
            f"cannot {what}", about, why=f"something in the cluster changes it on its way: {', '.join(other)[:300]}",
            hint="An admission webhook does so; whoever runs the cluster can exempt cdebug's containers.",
        )  # fmt: skip
    return answer, warnings


def _others(spec: Json, answer: Json) -> Iterator[str]:
    """What the answer has in it that was not asked for, or hasn't."""
    made = spec_of(answer, spec["name"])
    if made is None:
        yield "it is left out"
        return
    yield from other_than(spec, made)


def other_than(asked: Json, made: Json) -> Iterator[str]:
    """The places in which a container isn't what was asked for, beside what the API server adds to each."""
    yield from differences(asked, {name: value for name, value in made.items() if _DEFAULTS.get(name) != value})


def differences(asked: Any, made: Any, path: str = "") -> Iterator[str]:
    """The places where one isn't the other; an empty text, list or table is none."""
    if isinstance(asked, Mapping) and isinstance(made, Mapping):
        for name in sorted({*asked, *made}):
            yield from differences(asked.get(name), made.get(name), f"{path}.{name}".removeprefix("."))
    elif isinstance(asked, list) and isinstance(made, list) and len(asked) == len(made):
        for at, (one, other) in enumerate(zip(asked, made, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif asked != made and not all(value in _EMPTY for value in (asked, made)):
        yield path


def specs_of(pod: Json) -> list[Json]:
    """Those that a pod has, ended ones too."""
    return list(pod["spec"].get("ephemeralContainers") or ())


def spec_of(pod: Json, name: str) -> Json | None:
    return next((it for it in specs_of(pod) if it["name"] == name), None)


def state_of(pod: Json, name: str) -> tuple[str, Json]:
    """`running`, `waiting` or `terminated`, and what is said of it; nothing before the kubelet said anything."""
    state = status_of(pod, name).get("state") or {}
    return next(iter(state.items()), ("", {}))
