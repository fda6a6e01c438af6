"""A pod and its containers, and the template of either."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from bot.backends.kubernetes.facts.objects import about, moment, status_of
from bot.backends.kubernetes.quantities import quantity
from bot.core.facts.containers import ContainerFacts, ContainerPort, ContainerState, HealthCheck, Mount, Variable
from bot.core.facts.pods import PodFacts, Template, Toleration, Volume

Json = Mapping[str, Any]
ROLES = (
    ("", "containers", "containerStatuses"),
    ("init", "initContainers", "initContainerStatuses"),
    ("ephemeral", "ephemeralContainers", "ephemeralContainerStatuses"),
)
_CHECKS = ("liveness", "readiness", "startup")


def pod(kind: str, seen: Json) -> PodFacts:
    spec, status = seen["spec"], status_of(seen)
    return PodFacts(
        **about(kind, seen),
        phase=status.get("phase") or "Unknown",
        reason=status.get("reason") or "",
        message=status.get("message") or "",
        node=spec.get("nodeName") or "",
        ip=status.get("podIP") or "",
        ips=tuple(it["ip"] for it in status.get("podIPs") or ()),
        host_network=bool(spec.get("hostNetwork")),
        service_account=spec.get("serviceAccountName") or "default",
        restart_policy=spec.get("restartPolicy") or "Always",
        qos=status.get("qosClass") or "",
        containers=_containers(spec, status),
        volumes=_volumes(spec),
        node_selector=spec.get("nodeSelector") or {},
        tolerations=tuple(
            Toleration(it.get("key") or "", it.get("value") or "", it.get("effect") or "")
            for it in spec.get("tolerations") or ()
        ),
        priority_class=spec.get("priorityClassName") or "",
        gates=tuple(it["conditionType"] for it in spec.get("readinessGates") or ()),
    )


def template(seen: Json) -> Template:
    """Of a workload: what its pods are made of."""
    return Template(_containers(seen["spec"], {}), _volumes(seen["spec"]))


def _containers(spec: Json, status: Json) -> tuple[ContainerFacts, ...]:
    found = []
    for role, specs, statuses in ROLES:
        known = {it["name"]: it for it in status.get(statuses) or ()}
        found += [container(it, known.get(it["name"], {}), role) for it in spec.get(specs) or ()]
    return tuple(found)


def container(spec: Json, status: Json, role: str = "") -> ContainerFacts:
    """One container, of what it should be and of what the kubelet last said; nothing before it said anything."""
    resources = spec.get("resources") or {}
    limits = resources.get("limits") or {}
    return ContainerFacts(
        name=spec["name"],
        image=spec.get("image") or "",
        role=role,
        digest=status.get("imageID") or "",
        pull_policy=spec.get("imagePullPolicy") or "",
        command=(*(spec.get("command") or ()), *(spec.get("args") or ())),
        workdir=spec.get("workingDir") or "",
        state=_state(status.get("state") or {}),
        last_state=_state(status["lastState"]) if status.get("lastState") else None,
        ready=bool(status.get("ready")) if status else None,
        restarts=int(status.get("restartCount") or 0),
        checks=tuple(_check(name, spec[f"{name}Probe"]) for name in _CHECKS if spec.get(f"{name}Probe")),
        requests=resources.get("requests") or {},
        limits=limits,
        memory_limit=int(quantity(limits.get("memory", "0"))),
        cpus=quantity(limits.get("cpu", "0")),
        environment=_environment(spec),
        mounts=tuple(
            Mount(it["name"], it["mountPath"], not it.get("readOnly")) for it in spec.get("volumeMounts") or ()
        ),
        ports=tuple(
            ContainerPort(f"{it['containerPort']}/{it.get('protocol', 'TCP')}", it.get("name") or "")
            for it in spec.get("ports") or ()
        ),
    )


def _state(state: Json) -> ContainerState:
    if running := state.get("running"):
        return ContainerState("running", started=moment(running.get("startedAt")))
    if "running" in state:
        return ContainerState("running")
    if waiting := state.get("waiting"):
        return ContainerState("waiting", waiting.get("reason") or "", _in_one_line(waiting.get("message")))
    if ended := state.get("terminated"):
        reason = ended.get("reason") or ""
        return ContainerState(
            "terminated", reason, _in_one_line(ended.get("message")), int(ended.get("exitCode") or 0),
            reason == "OOMKilled", moment(ended.get("startedAt")), moment(ended.get("finishedAt")),
        )  # fmt: skip
    return ContainerState()


def _in_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _check(name: str, of: Json) -> HealthCheck:
    """`http GET :8080/health`, `tcp :5432`, `grpc :9000` or `exec cat /ready`, and its figures with their defaults."""
    if http := of.get("httpGet"):
        what = f"{http.get('scheme', 'HTTP').lower()} GET :{http['port']}{http.get('path', '/')}"
    elif tcp := of.get("tcpSocket"):
        what = f"tcp :{tcp['port']}"
    elif grpc := of.get("grpc"):
        what = f"grpc :{grpc['port']}"
    else:
        what = f"exec {shlex.join((of.get('exec') or {}).get('command') or [])}"
    return HealthCheck(
        name, what, of.get("initialDelaySeconds") or 0, of.get("periodSeconds", 10), of.get("failureThreshold", 3),
        of.get("timeoutSeconds", 1),
    )  # fmt: skip


def _environment(spec: Json) -> tuple[Variable, ...]:
    found = [Variable(it["name"], _source(it.get("valueFrom") or {})) for it in spec.get("env") or ()]
    for it in spec.get("envFrom") or ():
        kind = "configmap" if "configMapRef" in it else "secret"
        name = (it.get("configMapRef") or it.get("secretRef") or {}).get("name", "")
        found.append(Variable("", f"{kind} {name}", whole=True))
    return tuple(found)


def _source(source: Json) -> str:
    """`secret web-tokens`, of a variable whose value stands elsewhere."""
    return next(
        (
            f"{kind.removesuffix('KeyRef').lower()} {of.get('name', '')}"
            for kind, of in source.items()
            if isinstance(of, Mapping)
        ),
        "",
    )


def _volumes(spec: Json) -> tuple[Volume, ...]:
    return tuple(map(_volume, spec.get("volumes") or ()))


def _volume(of: Json) -> Volume:
    kind = next((key for key in of if key != "name"), "emptyDir")
    value = of.get(kind) or {}
    source = value.get("claimName") or value.get("name") or value.get("secretName") or value.get("path") or ""
    return Volume(of["name"], kind, source)
