"""A pod: what runs in it, how each container is, what it may use, what it mounts, where it may be placed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster.common import Groups, Rows, age, pairs
from bot.actions.kit.exits import meaning

Json = Mapping[str, Any]
_FIELDS = (
    ("containers", "containerStatuses", ""),
    ("initContainers", "initContainerStatuses", "init "),
    ("ephemeralContainers", "ephemeralContainerStatuses", "ephemeral "),
)
_USUAL = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")  # every pod has these


def describe(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    state: Rows = [("phase", status.get("phase") or "Unknown")]
    state += [("why", f"{status.get('reason')}: {status.get('message') or ''}")] if status.get("reason") else []
    state += [("node", spec.get("nodeName") or "none yet: it isn't scheduled")]
    state += [("ip", status.get("podIP") or "none yet")]
    state += [("service account", spec.get("serviceAccountName") or "default")]
    state += [("restart policy", spec.get("restartPolicy") or "Always"), ("qos", status.get("qosClass") or "-")]
    groups: Groups = [("State", state)]
    for field, statuses, title in _FIELDS:
        known = {it["name"]: it for it in status.get(statuses) or ()}
        groups += [
            (f"{title}container {it['name']}".capitalize(), container(it, known.get(it["name"], {}), now))
            for it in spec.get(field) or ()
        ]
    groups.append(("Volumes", [(it["name"], volume(it)) for it in spec.get("volumes") or ()]))
    groups.append(("Placement", _placement(spec)))
    return groups


def summary(seen: Json, now: datetime) -> str:
    """One line: how each of its containers is, and how it ended before."""
    said = []
    statuses = [it for _, field, _ in _FIELDS for it in (seen.get("status") or {}).get(field) or ()]
    for it in statuses:
        state = it.get("state") or {}
        if "terminated" in state and it.get("ready"):
            continue  # an init container that did its work
        before = f", before: {state_of(it['lastState'], now)}" if it.get("lastState") else ""
        count = it.get("restartCount") or 0
        times = f", {count} restart{'s' if count > 1 else ''}" if count else ""
        unready = "" if it.get("ready") or "running" not in state else ", not ready"
        said.append(f"{it['name']} {state_of(state, now)}{unready}{times}{before}")
    if said:
        return "; ".join(said)
    unmet = [it["message"] for it in (seen.get("status") or {}).get("conditions") or () if it.get("message")]
    return f"{(seen.get('status') or {}).get('phase') or 'Unknown'}{f': {unmet[0]}' if unmet else ''}"


def container(spec: Json, status: Json, now: datetime) -> Rows:
    """One container: how it is, how it ended before, its image, limits, probes, ports and mounts."""
    rows: Rows = [("state", state_of(status.get("state") or {}, now))]
    if status.get("lastState"):
        rows.append(("last state", state_of(status["lastState"], now)))
    if status:
        rows.append(("ready", "yes" if status.get("ready") else "no"))
        rows.append(("restarts", str(status.get("restartCount") or 0)))
    rows.append(("image", f"{spec.get('image', '-')} ({spec.get('imagePullPolicy', '-')})"))
    command = [*(spec.get("command") or ()), *(spec.get("args") or ())]
    rows += [("command", shlex.join(command))] if command else []
    resources = spec.get("resources") or {}
    rows.append(("requests", pairs(resources.get("requests"))))
    rows.append(("limits", pairs(resources.get("limits")) if resources.get("limits") else _NO_LIMITS))
    rows += [
        (f"{name} probe", probe(spec[f"{name}Probe"]))
        for name in ("liveness", "readiness", "startup")
        if spec.get(f"{name}Probe")
    ]
    ports = [
        f"{it.get('name', '')} {it['containerPort']}/{it.get('protocol', 'TCP')}".strip()
        for it in spec.get("ports") or ()
    ]
    rows += [("ports", ", ".join(ports))] if ports else []
    rows += [("environment", _environment(spec))] if spec.get("env") or spec.get("envFrom") else []
    rows += [
        ("mount", f"{it['name']} → {it['mountPath']} ({'ro' if it.get('readOnly') else 'rw'})")
        for it in spec.get("volumeMounts") or ()
    ]
    return rows


_NO_LIMITS = "none: it can use all of the node's"


def state_of(state: Json, now: datetime) -> str:
    """`Terminated (OOMKilled), exit status 137: killed for memory …`."""
    if running := state.get("running"):
        return f"running for {age(running.get('startedAt'), now)}"
    if waiting := state.get("waiting"):
        said = " ".join((waiting.get("message") or "").split())
        return f"waiting: {waiting.get('reason', 'unknown')}" + (f" ({said[:300]})" if said else "")
    if ended := state.get("terminated"):
        code = int(ended.get("exitCode") or 0)
        why = meaning(code, oom_killed=ended.get("reason") == "OOMKilled")
        when = f", {age(ended.get('finishedAt'), now)} ago" if ended.get("finishedAt") else ""
        said = f" ({' '.join(ended['message'].split())[:300]})" if ended.get("message") else ""
        return f"terminated ({ended.get('reason') or '-'}), exit status {code}: {why}{when}{said}"
    return "not begun"


def probe(of: Json) -> str:
    """`http GET :8080/health, every 10s, 3 failures, timeout 1s`."""
    if http := of.get("httpGet"):
        what = f"{http.get('scheme', 'HTTP').lower()} GET :{http['port']}{http.get('path', '/')}"
    elif tcp := of.get("tcpSocket"):
        what = f"tcp :{tcp['port']}"
    elif grpc := of.get("grpc"):
        what = f"grpc :{grpc['port']}"
    else:
        what = f"exec {shlex.join((of.get('exec') or {}).get('command') or [])}"
    delay = f", after {of['initialDelaySeconds']}s" if of.get("initialDelaySeconds") else ""
    return (
        f"{what}{delay}, every {of.get('periodSeconds', 10)}s, {of.get('failureThreshold', 3)} failures,"
        f" timeout {of.get('timeoutSeconds', 1)}s"
    )


def _environment(spec: Json) -> str:
    """Names and where the values come from: the values themselves are `inspect`'s, which hides what is secret."""
    names = []
    for it in spec.get("env") or ():
        source = it.get("valueFrom") or {}
        origin = next(
            (
                f" (from {kind.removesuffix('KeyRef').lower()} {of.get('name', '')})"
                for kind, of in source.items()
                if isinstance(of, Mapping)
            ),
            "",
        )
        names.append(f"{it['name']}{origin}")
    for it in spec.get("envFrom") or ():
        kind = "configmap" if "configMapRef" in it else "secret"
        names.append(f"all of {kind} {(it.get('configMapRef') or it.get('secretRef') or {}).get('name', '')}")
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def volume(of: Json) -> str:
    """What is mounted: its kind and name."""
    kind = next((key for key in of if key != "name"), "emptyDir")
    value = of.get(kind) or {}
    name = value.get("claimName") or value.get("name") or value.get("secretName") or value.get("path") or ""
    return f"{kind} {name}".strip()


def _placement(spec: Json) -> Rows:
    rows: Rows = [("node selector", pairs(spec["nodeSelector"]))] if spec.get("nodeSelector") else []
    for it in spec.get("tolerations") or ():
        if it.get("key") not in _USUAL:
            effect = it.get("effect") or "any effect"
            value = f"={it['value']}" if it.get("value") else ""
            rows.append(("tolerates", f"{it.get('key') or 'everything'}{value} ({effect})"))
    rows += [("priority", spec["priorityClassName"])] if spec.get("priorityClassName") else []
    return rows
