"""How one pod is reached: its addresses, the services that select it, and what policies allow."""

from __future__ import annotations

from bot.actions.kit.cards.common import Groups, Rows, not_told, pairs
from bot.actions.kit.cards.network import endpoint_rows, policy_rows, port_rows
from bot.core.facts.network import Reach, ServiceFacts
from bot.core.facts.objects import Refused
from bot.core.facts.pods import PodFacts
from bot.core.output import Card


def reach(facts: Reach) -> Card:
    """One card: the pod, a group per service, a group per policy."""
    pod = facts.pod
    groups: Groups = [
        (
            "Pod",
            [
                ("addresses", ", ".join(pod.ips) or "none: it has not been started"),
                ("node", pod.node or "none"),
                ("host network", "yes" if pod.host_network else "no"),
                ("ports", _ports(pod)),
                ("labels", pairs(pod.labels)),
                ("ready", "yes" if pod.ready else "no: services send it nothing"),
            ],
        )
    ]
    return Card(f"pod/{pod.name}", groups + _services(facts) + _policies(facts))


def _services(facts: Reach) -> Groups:
    if isinstance(facts.services, Refused):
        return [("Services", [not_told(facts.services)])]
    nothing: Groups = [("Services", [("", "none selects it, or none that you may see")])]
    return [(f"Service {it.name}", _service(it)) for it in facts.services] or nothing


def _policies(facts: Reach) -> Groups:
    if isinstance(facts.policies, Refused):
        return [("Network policies", [not_told(facts.policies)])]
    nothing: Groups = [("Network policies", [("", "none applies: everything may reach it")])]
    return [(f"Policy {it.name}", policy_rows(it)) for it in facts.policies] or nothing


def _ports(pod: PodFacts) -> str:
    ports = [f"{port.inside} ({it.name})" for it in pod.containers if not it.role for port in it.ports]
    return ", ".join(ports) or "none declared"


def _service(it: ServiceFacts) -> Rows:
    rows: Rows = [("address", it.cluster_ip or "-"), ("selects", pairs(it.selector))]
    behind = [not_told(it.endpoints)] if isinstance(it.endpoints, Refused) else endpoint_rows(it.endpoints)
    return rows + port_rows(it.ports) + behind
