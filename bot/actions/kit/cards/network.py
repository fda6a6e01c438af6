"""How pods are reached, and what may reach them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, not_told, pairs, selection, several
from bot.core.facts.network import (
    Endpoint,
    EndpointsFacts,
    IngressFacts,
    IngressRule,
    Peer,
    PolicyFacts,
    PolicyRule,
    ServiceFacts,
    ServicePort,
)
from bot.core.facts.objects import Refused, Selector


def describe_service(facts: ServiceFacts, now: datetime) -> Groups:
    rows: Rows = [("type", facts.type), ("address", several(facts.addresses))]
    rows += [("reached from outside at", several(facts.outside))] if facts.outside else []
    if facts.external_name:
        rows.append(("stands for", f"{facts.external_name}, a name outside the cluster"))
        return [("Service", rows), ("Ports", port_rows(facts.ports))]
    rows.append(("selects", pairs(facts.selector) if facts.selector else "nothing: its endpoints are made by hand"))
    return [("Service", rows), ("Ports", port_rows(facts.ports)), ("Endpoints", _behind(facts))]


def _behind(facts: ServiceFacts) -> Rows:
    if isinstance(facts.endpoints, Refused):
        return [not_told(facts.endpoints)]
    nothing = "none: no pod that it selects is there, or none that you may see"
    return endpoint_rows(facts.endpoints) or [("", nothing)]


def port_rows(ports: Sequence[ServicePort]) -> Rows:
    """A row per port: its name, and `80 → 8080/TCP, node port 30080`."""
    return [(it.name or "port", _port(it)) for it in ports]


def _port(it: ServicePort) -> str:
    outside = f", node port {it.node_port}" if it.node_port else ""
    nowhere = ": nowhere, no pod has a port of that name" if it.missing else ""
    return f"{it.port} → {it.target}/{it.protocol}{outside}{nowhere}"


def describe_endpoints(facts: EndpointsFacts, now: datetime) -> Groups:
    return [("Endpoints", endpoint_rows(facts.endpoints) or [("", "none: no pod that is selected is there")])]


def endpoint_rows(endpoints: Sequence[Endpoint]) -> Rows:
    """A row per endpoint: whether it takes traffic, its pod, its address."""
    return [
        ("ready" if it.ready else "not ready", f"{it.pod} {', '.join(it.addresses)}{_ports_of(it)}".strip())
        for it in endpoints
    ]


def _ports_of(endpoint: Endpoint) -> str:
    """A service whose target port has a name that the pod doesn't know sends nothing."""
    return f":{', '.join(endpoint.ports)}" if endpoint.ports else ", on no port: the pod has none of that name"


def describe_ingress(facts: IngressFacts, now: datetime) -> Groups:
    rows: Rows = [("class", facts.class_name or "the default one")]
    rows += [("tls", f"{several(it.hosts)} (secret {it.secret or '-'})") for it in facts.certificates]
    rows += [("default", facts.default)] if facts.default else []
    return [("Ingress", rows), ("Rules", [(f"{it.host}{it.path}", _backend(it)) for it in facts.rules])]


def _backend(rule: IngressRule) -> str:
    return f"{rule.backend}, which isn't there: it answers with an error" if rule.missing else rule.backend


def describe_policy(facts: PolicyFacts, now: datetime) -> Groups:
    return [("Network policy", policy_rows(facts))]


def policy_rows(facts: PolicyFacts) -> Rows:
    """Whom it holds for, and what it lets in and out; what no rule allows is dropped."""
    rows: Rows = [("applies to pods with", selection(facts.pods))]
    for way, rules in (("lets in", facts.ingress), ("lets out", facts.egress)):
        if rules is not None:
            rows += [(way, said) for rule in rules for said in _rule(rule)] or [(way, "nothing")]
    return rows


def _rule(rule: PolicyRule) -> list[str]:
    """A sentence per peer."""
    ports = several(rule.ports) if rule.ports else "any port"
    return [f"{peer} on {ports}" for peer in map(_peer, rule.peers)] or [f"everybody on {ports}"]


def _peer(peer: Peer) -> str:
    if peer.cidr:
        return peer.cidr + (f" except {several(peer.excepted)}" if peer.excepted else "")
    pods = "all pods" if peer.pods in (None, Selector()) else f"pods with {selection(peer.pods or Selector())}"
    if peer.namespaces is None:
        return f"{pods} of its namespace" if pods == "all pods" else pods
    if peer.namespaces == Selector():
        return f"{pods} in every namespace"
    return f"{pods} in namespaces with {selection(peer.namespaces)}"
