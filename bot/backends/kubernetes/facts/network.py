"""Services, what is behind them, ingresses and network policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.facts import pods
from bot.backends.kubernetes.facts.objects import Listed, about, selector, status_of
from bot.core.facts.network import (
    Certificate,
    Endpoint,
    EndpointsFacts,
    IngressFacts,
    IngressRule,
    Peer,
    PolicyFacts,
    PolicyRule,
    Reach,
    ServiceFacts,
    ServicePort,
)
from bot.core.facts.objects import Refused

Json = Mapping[str, Any]
SERVICE_NAME = "kubernetes.io/service-name"  # the label of an endpoint slice


def service(kind: str, seen: Json, slices: Sequence[Json] = ()) -> ServiceFacts:
    """slices: the endpoint slices of this service."""
    spec = seen["spec"]
    outside = (status_of(seen).get("loadBalancer") or {}).get("ingress") or ()
    behind = tuple(endpoint for each in slices for endpoint in _of_slice(each))
    served_ports = {port.get("name") or "" for each in slices for port in each.get("ports") or ()}
    return ServiceFacts(
        **about(kind, seen),
        type=spec.get("type", "ClusterIP"),
        cluster_ip=spec.get("clusterIP") or "",
        addresses=tuple(spec.get("clusterIPs") or ()),
        outside=tuple(it.get("ip") or it.get("hostname") for it in outside),
        external_name=spec.get("externalName") or "",
        selector=spec.get("selector") or {},
        ports=tuple(
            ServicePort(
                it["port"], str(it.get("targetPort", it["port"])), it.get("protocol", "TCP"), it.get("name") or "",
                it.get("nodePort") or 0, missing=bool(behind) and (it.get("name") or "") not in served_ports,
            )
            for it in spec.get("ports") or ()
        ),
        endpoints=behind,
    )  # fmt: skip


def endpoints(kind: str, seen: Json) -> EndpointsFacts:
    found = []
    for subset in seen.get("subsets") or ():
        ports = tuple(str(it["port"]) for it in subset.get("ports") or ())
        for ready, field in ((True, "addresses"), (False, "notReadyAddresses")):
            found += [Endpoint(ready, (it["ip"],), ports, _pod(it)) for it in subset.get(field) or ()]
    return EndpointsFacts(**about(kind, seen), endpoints=tuple(found))


def endpoint_slice(kind: str, seen: Json) -> EndpointsFacts:
    return EndpointsFacts(**about(kind, seen), endpoints=_of_slice(seen))


def _of_slice(seen: Json) -> tuple[Endpoint, ...]:
    ports = tuple(str(it.get("port", "any")) for it in seen.get("ports") or ())
    return tuple(
        Endpoint((it.get("conditions") or {}).get("ready", True), tuple(it["addresses"]), ports, _pod(it))
        for it in seen.get("endpoints") or ()
    )


def _pod(address: Json) -> str:
    return str((address.get("targetRef") or {}).get("name") or "")


def ingress(kind: str, seen: Json) -> IngressFacts:
    spec = seen["spec"]
    return IngressFacts(
        **about(kind, seen),
        class_name=spec.get("ingressClassName") or "",
        certificates=tuple(
            Certificate(tuple(it.get("hosts") or ()), it.get("secretName") or "") for it in spec.get("tls") or ()
        ),
        default=_backend(spec["defaultBackend"]) if spec.get("defaultBackend") else "",
        rules=tuple(
            IngressRule(rule.get("host", "*"), path.get("path", "/"), _backend(path["backend"]))
            for rule in spec.get("rules") or ()
            for path in (rule.get("http") or {}).get("paths") or ()
        ),
    )


def _backend(backend: Json) -> str:
    service = backend.get("service") or {}
    number = (service.get("port") or {}).get("number") or (service.get("port") or {}).get("name") or ""
    return f"service/{service['name']}:{number}" if service else str((backend.get("resource") or {}).get("name", "-"))


def policy(kind: str, seen: Json) -> PolicyFacts:
    spec = seen["spec"]
    types = spec.get("policyTypes") or ["Ingress"]
    return PolicyFacts(
        **about(kind, seen),
        pods=selector(spec.get("podSelector")),
        ingress=tuple(_rule(it, "from") for it in spec.get("ingress") or ()) if "Ingress" in types else None,
        egress=tuple(_rule(it, "to") for it in spec.get("egress") or ()) if "Egress" in types else None,
    )


def _rule(rule: Json, way: str) -> PolicyRule:
    return PolicyRule(tuple(map(_peer, rule.get(way) or ())), tuple(map(_ports, rule.get("ports") or ())))


def _ports(of: Json) -> str:
    """`80/TCP`, or a range of them."""
    to = f"-{of['endPort']}" if of.get("endPort") else ""
    return f"{of.get('port', 'any')}{to}/{of.get('protocol', 'TCP')}"


def _peer(peer: Json) -> Peer:
    if block := peer.get("ipBlock"):
        return Peer(str(block["cidr"]), tuple(block.get("except") or ()))
    namespaces, pods = (
        selector(peer[field]) if field in peer else None for field in ("namespaceSelector", "podSelector")
    )
    return Peer(namespaces=namespaces, pods=pods)


def reach(pod: Json, services: Listed, slices: Listed, policies: Listed) -> Reach:
    """How a pod is reached, of what selects it. slices: those of these services."""
    return Reach(
        pods.pod("pod", pod),
        services if isinstance(services, Refused) else tuple(served(it, slices) for it in services),
        policies if isinstance(policies, Refused) else tuple(policy("networkpolicy", it) for it in policies),
    )


def served(seen: Json, slices: Listed) -> ServiceFacts:
    """A service with its endpoints, of slices among which its own are."""
    if isinstance(slices, Refused):
        return replace(service("service", seen), endpoints=slices)
    return service("service", seen, [it for it in slices if service_of(it) == seen["metadata"]["name"]])


def service_of(endpoint_slice: Json) -> str:
    """The name of the service whose endpoints are in a slice."""
    return str((endpoint_slice["metadata"].get("labels") or {}).get(SERVICE_NAME, ""))
