"""How pods are reached, and what may reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.facts.objects import ObjectFacts, Refused, Selector
from bot.core.facts.pods import PodFacts


@dataclass(frozen=True)
class ServicePort:
    """port is the service's, target the pods'; node_port is on every machine, 0 for none. missing: there are endpoints,
    and none of them has such a port.
    """

    port: int
    target: str
    protocol: str = "TCP"
    name: str = ""
    node_port: int = 0
    missing: bool = False


@dataclass(frozen=True)
class Endpoint:
    """Where traffic goes: whether it is sent there, the pod, its addresses, and its ports as text."""

    ready: bool
    addresses: tuple[str, ...]
    ports: tuple[str, ...] = ()
    pod: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceFacts(ObjectFacts):
    """outside: addresses of its load balancer. endpoints: as far as their pods may be seen."""

    type: str = "ClusterIP"
    cluster_ip: str = ""
    addresses: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    external_name: str = ""
    selector: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[ServicePort, ...] = ()
    endpoints: tuple[Endpoint, ...] | Refused = ()


@dataclass(frozen=True, kw_only=True)
class EndpointsFacts(ObjectFacts):
    """Endpoints, or a slice of them."""

    endpoints: tuple[Endpoint, ...] = ()


@dataclass(frozen=True)
class IngressRule:
    """A host (`*` is any) with a path, and the backend, as `service/web:80`. missing: no such service is there."""

    host: str
    path: str
    backend: str
    missing: bool = False


@dataclass(frozen=True)
class Certificate:
    """The hosts that a secret's certificate is for."""

    hosts: tuple[str, ...]
    secret: str = ""


@dataclass(frozen=True, kw_only=True)
class IngressFacts(ObjectFacts):
    """default: the backend of what no rule fits."""

    class_name: str = ""
    certificates: tuple[Certificate, ...] = ()
    default: str = ""
    rules: tuple[IngressRule, ...] = ()


@dataclass(frozen=True)
class Peer:
    """Who is let in or out: addresses, or pods in namespaces; None where nothing is said of one."""

    cidr: str = ""
    excepted: tuple[str, ...] = ()
    namespaces: Selector | None = None
    pods: Selector | None = None


@dataclass(frozen=True)
class PolicyRule:
    """No peers mean everybody, no ports mean any."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyFacts(ObjectFacts):
    """A network policy. ingress, egress: None for a way it leaves alone; what no rule allows is dropped."""

    pods: Selector = field(default_factory=Selector)
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None


@dataclass(frozen=True)
class Reach:
    """How a pod is reached: the services that select it, and the policies that apply, as far as they may be seen."""

    pod: PodFacts
    services: tuple[ServiceFacts, ...] | Refused = ()
    policies: tuple[PolicyFacts, ...] | Refused = ()
