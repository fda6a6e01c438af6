"""How pods are reached, and what may reach them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster.common import Groups, Rows, pairs, selector, several

Json = Mapping[str, Any]


def describe_service(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    rows: Rows = [("type", spec.get("type", "ClusterIP")), ("address", several(spec.get("clusterIPs") or []))]
    outside = [it.get("ip") or it.get("hostname") for it in (status.get("loadBalancer") or {}).get("ingress") or ()]
    rows += [("reached from outside at", several(outside))] if outside else []
    rows += [("stands for", spec["externalName"])] if spec.get("externalName") else []
    rows.append(
        ("selects", pairs(spec.get("selector")) if spec.get("selector") else "nothing: its endpoints are made by hand")
    )
    return [("Service", rows), ("Ports", [(it.get("name") or "port", port(it)) for it in spec.get("ports") or ()])]


def port(of: Json) -> str:
    """`80 → 8080/TCP, node port 30080`."""
    node = f", node port {of['nodePort']}" if of.get("nodePort") else ""
    return f"{of['port']} → {of.get('targetPort', of['port'])}/{of.get('protocol', 'TCP')}{node}"


def describe_endpoints(seen: Json, now: datetime) -> Groups:
    rows: Rows = []
    for subset in seen.get("subsets") or ():
        ports = ", ".join(str(it["port"]) for it in subset.get("ports") or ())
        for state, field in (("ready", "addresses"), ("not ready", "notReadyAddresses")):
            rows += [(state, f"{_behind(it)} {it['ip']}:{ports}".strip()) for it in subset.get(field) or ()]
    return [("Endpoints", rows or [("", "none: no pod that is selected is there")])]


def describe_slice(seen: Json, now: datetime) -> Groups:
    return [("Endpoints", slice_rows(seen) or [("", "none: no pod that is selected is there")])]


def slice_rows(seen: Json) -> Rows:
    """A row an endpoint: whether it takes traffic, its pod, its address."""
    ports = ", ".join(str(it.get("port", "any")) for it in seen.get("ports") or ())
    return [
        (
            "ready" if (it.get("conditions") or {}).get("ready", True) else "not ready",
            f"{_behind(it)} {', '.join(it['addresses'])}:{ports}".strip(),
        )
        for it in seen.get("endpoints") or ()
    ]


def _behind(address: Json) -> str:
    return str((address.get("targetRef") or {}).get("name") or "")


def describe_ingress(seen: Json, now: datetime) -> Groups:
    spec = seen["spec"]
    rows: Rows = [("class", spec.get("ingressClassName") or "the default one")]
    rows += [
        ("tls", f"{several(it.get('hosts') or [])} (secret {it.get('secretName', '-')})")
        for it in spec.get("tls") or ()
    ]
    rows += [("default", _backend(spec["defaultBackend"]))] if spec.get("defaultBackend") else []
    rules: Rows = [
        (f"{rule.get('host', '*')}{path.get('path', '/')}", _backend(path["backend"]))
        for rule in spec.get("rules") or ()
        for path in (rule.get("http") or {}).get("paths") or ()
    ]
    return [("Ingress", rows), ("Rules", rules)]


def _backend(backend: Json) -> str:
    service = backend.get("service") or {}
    number = (service.get("port") or {}).get("number") or (service.get("port") or {}).get("name") or ""
    return f"service/{service['name']}:{number}" if service else str((backend.get("resource") or {}).get("name", "-"))


def describe_policy(seen: Json, now: datetime) -> Groups:
    return [("Network policy", policy_rows(seen["spec"]))]


def policy_rows(spec: Json) -> Rows:
    """Whom it holds for, and what it lets in and out; what no rule allows is dropped."""
    rows: Rows = [("applies to pods with", selector(spec.get("podSelector")))]
    types = spec.get("policyTypes") or ["Ingress"]
    if "Ingress" in types:
        rows += [("lets in", _rule(it, "from")) for it in spec.get("ingress") or ()] or [("lets in", "nothing")]
    if "Egress" in types:
        rows += [("lets out", _rule(it, "to")) for it in spec.get("egress") or ()] or [("lets out", "nothing")]
    return rows


def _rule(rule: Json, way: str) -> str:
    ports = [f"{it.get('port', 'any')}/{it.get('protocol', 'TCP')}" for it in rule.get("ports") or ()]
    peers = [_peer(it) for it in rule.get(way) or ()]
    return f"{' or '.join(peers) or 'everybody'} on {several(ports) if ports else 'any port'}"


def _peer(peer: Json) -> str:
    if block := peer.get("ipBlock"):
        return str(block["cidr"]) + (f" except {several(block['except'])}" if block.get("except") else "")
    parts: Sequence[str] = [
        f"{what} with {selector(peer[field])}"
        for what, field in (("namespaces", "namespaceSelector"), ("pods", "podSelector"))
        if field in peer
    ]
    return ", ".join(parts)
