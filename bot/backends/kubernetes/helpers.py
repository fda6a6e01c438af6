"""Planning a debug container in a pod: the way of least power that the cluster admits, asked of it as the person.

Sources: Kubernetes API reference v1.34, EphemeralContainer, SecurityContext; "Pod Security Standards"; "Static Pods".
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.ephemeral import UNDER_WAY, add, specs_of, state_of
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.pods import specs_of as containers_of
from bot.backends.kubernetes.pods import status_of
from bot.backends.kubernetes.templates import HOSTS
from bot.core.errors import CdebugError, ForbiddenByCluster, NotFound, NotRunning, UsageError
from bot.core.images import parse_image
from bot.core.plan import Plan
from bot.core.ports.helpers import HelperQuery
from bot.core.powers import GRANTED, Power, Way, passed_over, power_of, ways
from bot.core.target import Container, NewObject, Node, Resource

Json = Mapping[str, Any]
_STATIC = "kubernetes.io/config.mirror"
_DIGEST = 16
_STAYS = "it can't be removed from its pod: it ends, and stays in the pod's list"
_NODES = "`get nodes` shows the machine; its operator can reach it."


class KubernetesHelpers:
    """The spec of a helper is an EphemeralContainer, without its name."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def plan_helper(self, container: Container, query: HelperQuery) -> Plan:
        """Raises NotRunning, ForbiddenByCluster where no way is admitted, Unavailable."""
        pod = await self._api.get("debug", container, path_of("pod", container.scope.namespace, container.name))
        _check(container, pod)
        spec = next(it for it in containers_of(pod) if it["name"] == container.container)
        target = _power(pod, spec)
        every = list(spec.get("volumeMounts") or ())
        mounts = every if query.volumes else []
        way, helper, refused, warnings = await self._admitted(container, pod, mounts, query, target)
        volumes = {it["name"]: it for it in pod["spec"].get("volumes") or ()}
        return Plan(
            images=(query.image,),
            privileged=way.power.privileged,
            capabilities=way.power.gained_over(target),
            host_namespaces=tuple(name for name, field in HOSTS if pod["spec"].get(field)),
            host_paths=_host_paths(every, volumes),
            secrets=len(container.secrets),
            creates=(helper,),
            ends_s=float(query.seconds),
            passed_over=(*refused, *passed_over(way, query.wish), *_left_out(mounts)),
            about=(
                ("runs", way.name),
                ("user", way.power.user),
                *self._account(container, pod),
                *((f"volume {it['name']}", _shown(it)) for it in _whole(mounts)),
                *((("environment", _variables(spec)),) if query.environment else ()),
            ),
            warnings=(*warnings, *await self._about_image(pod, query.image), _STAYS),
        )

    async def _admitted(
        self, container: Container, pod: Json, mounts: list[Json], query: HelperQuery, target: Power
    ) -> tuple[Way, NewObject, tuple[tuple[str, str], ...], tuple[str, ...]]:
        """The first way that the cluster admits, and why it doesn't admit those before."""
        environment = _environment(pod, container) if query.environment else {}
        refused: list[tuple[Way, CdebugError]] = []
        for way in ways(query.wish, target):
            spec = {**_spec(container, mounts, query, way.power), **environment}
            try:
                # Under a name that is free, also where such a one runs: the answer is the same with it and without.
                asked = {**spec, "name": f"{_name(spec)}-asked"}
                _, warnings = await add(self._api, container.scope, pod, asked, dry=True)
            except (ForbiddenByCluster, NotRunning) as error:
                refused.append((way, error))
                continue
            before = tuple((it.name, error.why) for it, error in refused)
            lacking = (way.lacks,) if way.lacks else ()
            return way, _named(container, pod, spec), before, (*warnings, *lacking)
        raise _none(container, *refused[-1])

    def _account(self, container: Container, pod: Json) -> tuple[tuple[str, str], ...]:
        """Whose rights in the cluster it may have, by the token that its target has."""
        name = pod["spec"].get("serviceAccountName") or "default"
        is_seen = self._context.sees(Resource(container.scope, "serviceaccount", name))
        return (("service account", name if is_seen else "one that you may not see"),)

    async def _about_image(self, pod: Json, image: str) -> tuple[str, ...]:
        """Whether the node has it, as far as the person may know."""
        name = pod["spec"].get("nodeName") or ""
        try:
            node = await self._api.get("look at the images of", name, path_of("node", name=name))
        except CdebugError:
            return ("whether its node has the image is not known: you may not read nodes",)
        thing = self._context.thing("node", node, self._context.scope)
        if not isinstance(thing, Node) or not self._context.sees(thing):
            return ("whether its node has the image is not known",)
        held = (node.get("status") or {}).get("images") or ()
        names = {name for it in held for name in it.get("names") or ()}
        if any(_is_same(image, known) for known in names):
            return ()
        secrets = "its pod's pull secrets" if pod["spec"].get("imagePullSecrets") else "no pull secret"
        return (f"its node doesn't list the image: where it has none, it pulls it, with {secrets}",)

    def mark_of(self, container: Container) -> str:
        """Its folder of the kubelet's, from which each container's termination log is mounted."""
        return f"/containers/{container.container}/"


def _check(container: Container, pod: Json) -> None:
    """Raises NotRunning for what nothing can stand beside, with the way that works."""
    if pod["metadata"]["uid"] != container.id.partition("/")[0]:
        raise NotFound("another pod has taken the place of", container)
    phase = (pod.get("status") or {}).get("phase")
    annotations = pod["metadata"].get("annotations") or {}
    system = (pod["spec"].get("os") or {}).get("name") or (pod["spec"].get("nodeSelector") or {}).get(
        "kubernetes.io/os"
    )
    why, hint = "", "`logs --previous` and `describe` say how it ended."
    if pod["metadata"].get("deletionTimestamp"):
        why = "it is being deleted"
    elif phase in ("Succeeded", "Failed"):
        why = f"its pod has {'completed' if phase == 'Succeeded' else 'failed'}: nothing is started in it any more"
    elif _STATIC in annotations:
        why, hint = "it is a static pod: the kubelet takes no debug container for it", _NODES
    elif system == "windows":
        why, hint = "it runs on Windows, where no container can stand beside another's processes", _NODES
    elif "running" not in (status_of(pod, container.container).get("state") or {}):
        why = f"it is {container.condition}: there is no process to stand beside"
    if why:
        raise NotRunning("cannot debug", container, why=why, hint=hint)


def _power(pod: Json, spec: Json) -> Power:
    """The target's own, as far as the cluster knows it."""
    whole, own = pod["spec"].get("securityContext") or {}, spec.get("securityContext") or {}
    known = ((status_of(pod, spec["name"]).get("user") or {}).get("linux")) or {}
    user = known.get("uid", own.get("runAsUser", whole.get("runAsUser")))
    group = known.get("gid", own.get("runAsGroup", whole.get("runAsGroup")))
    capabilities = own.get("capabilities") or {}
    who = "" if user is None else f"{user}" if group is None else f"{user}:{group}"
    return power_of(
        who, capabilities.get("add") or [], capabilities.get("drop") or [], privileged=bool(own.get("privileged"))
    )


def _spec(container: Container, mounts: list[Json], query: HelperQuery, power: Power) -> dict[str, Any]:
    mounted = [{name: it[name] for name in ("name", "mountPath", "readOnly") if it.get(name)} for it in _whole(mounts)]
    return {
        "image": query.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", str(query.seconds)],
        "targetContainerName": container.container,
        "securityContext": _security(power),
        **({"volumeMounts": mounted} if mounted else {}),
    }


def _environment(pod: Json, container: Container) -> dict[str, Any]:
    """Its own, where it comes from included: what that says by now may be another."""
    spec = next(it for it in containers_of(pod) if it["name"] == container.container)
    return {name: spec[name] for name in ("env", "envFrom") if spec.get(name)}


def _variables(spec: Json) -> str:
    """How many, and what else they are read from."""
    whole = [
        f"{kind} {it[field]['name']}"
        for it in spec.get("envFrom") or ()
        for kind, field in (("configmap", "configMapRef"), ("secret", "secretRef"))
        if field in it
    ]
    return ", ".join((f"{len(spec.get('env') or ())} variables of the target's", *(f"all of {it}" for it in whole)))


def _security(power: Power) -> dict[str, Any]:
    """All that decides on its power is said: what isn't, a pod or a webhook decides."""
    uid, _, gid = power.user.partition(":")
    user = {"runAsUser": int(uid), "runAsNonRoot": uid != "0", **({"runAsGroup": int(gid)} if gid else {})}
    if power.privileged:
        return {**user, "privileged": True}
    adds, drops = sorted(power.capabilities - GRANTED), sorted(GRANTED - power.capabilities)
    if not power.capabilities & GRANTED or not power.is_root:
        adds, drops = sorted(power.capabilities), ["ALL"]
    capabilities = {**({"add": adds} if adds else {}), **({"drop": drops} if drops else {})}
    return {
        **user,
        "privileged": False,
        "allowPrivilegeEscalation": "SYS_ADMIN" in power.capabilities,
        **({"capabilities": capabilities} if capabilities else {}),
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _name(spec: Json) -> str:
    """Which says what it is: another power is another name."""
    return f"cdebug-{hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:_DIGEST]}"


def _named(container: Container, pod: Json, spec: Json) -> NewObject:
    """Under the name of the one that is there already, unless nobody can use that any more."""
    taken = {it["name"] for it in specs_of(pod)}
    name = _name(spec)
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    free = next(it for it in names if it not in taken or not _is_over(pod, it))
    uid = pod["metadata"]["uid"]
    return NewObject(container.scope, free, spec, container.labels, beside=container.name, beside_id=uid, stays=True)


def _is_over(pod: Json, name: str) -> bool:
    """Whether nobody can use it any more: it ended, or can't start."""
    state, said = state_of(pod, name)
    return state == "terminated" or (state == "waiting" and said.get("reason", "") not in UNDER_WAY)


def _none(container: Container, way: Way, error: CdebugError) -> CdebugError:
    """No way is left: the cluster's own words, and who can change it."""
    hint = error.hint
    if "PodSecurity" in error.why or "violates" in error.why:
        hint = (
            "The namespace enforces a Pod Security level, which whoever runs it can change."
            f" `debug {container.name}` without a profile asks for the least."
        )
    return ForbiddenByCluster("cannot debug", container, why=f"{way.name}: {error.why}", hint=hint)


def _whole(mounts: list[Json]) -> list[Json]:
    """The API takes no part of a volume in a debug container."""
    return [it for it in mounts if not it.get("subPath") and not it.get("subPathExpr")]


def _left_out(mounts: list[Json]) -> tuple[tuple[str, str], ...]:
    why = "a part of it (subPath) is mounted, which a debug container can't have: it is under /proc/PID/root"
    return tuple((f"volume {it['name']}", why) for it in mounts if it not in _whole(mounts))


def _shown(mount: Json) -> str:
    return f"at {mount['mountPath']}{', read-only' if mount.get('readOnly') else ''}"


def _host_paths(mounts: list[Json], volumes: Mapping[str, Json]) -> tuple[str, ...]:
    """Mounted, or read under /proc/PID/root."""
    behind = ((volumes.get(it["name"]) or {}).get("hostPath") or {} for it in mounts)
    return tuple(dict.fromkeys(it["path"] for it in behind if it.get("path")))


def _is_same(image: str, known: str) -> bool:
    try:
        return parse_image(image) == parse_image(known)
    except UsageError:
        return False
