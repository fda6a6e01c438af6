"""How one pod is reached: its addresses, the services that select it, and what policies allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.kit.cluster.common import Groups, pairs
from bot.actions.kit.cluster.network import policy_rows, port, slice_rows
from bot.core.output import Card
from bot.core.ports.network import Surroundings


def reach(around: Surroundings) -> Card:
    """One card: the pod, a group a service, a group a policy."""
    pod = around.pod
    status, metadata = pod.get("status") or {}, pod["metadata"]
    ips = [it["ip"] for it in status.get("podIPs") or ()]
    groups: Groups = [
        (
            "Pod",
            [
                ("addresses", ", ".join(ips) or "none: it has not been started"),
                ("node", pod["spec"].get("nodeName") or "none"),
                ("host network", "yes" if pod["spec"].get("hostNetwork") else "no"),
                ("ports", _ports(pod)),
                ("labels", pairs(metadata.get("labels"))),
                ("ready", "yes" if _ready(status) else "no: services send it nothing"),
            ],
        )
    ]
    groups += [_service(service, around) for service in around.services]
    if not around.services:
        groups.append(("Services", [("", "none selects it, or none that you may see")]))
    groups += [(f"Policy {it['metadata']['name']}", policy_rows(it["spec"])) for it in around.policies]
    if not around.policies:
        groups.append(("Network policies", [("", "none applies: everything may reach it")]))
    return Card(f"pod/{metadata['name']}", groups)


def _ports(pod: Mapping[str, Any]) -> str:
    ports = [
        f"{it['containerPort']}/{it.get('protocol', 'TCP')} ({each['name']})"
        for each in pod["spec"]["containers"]
        for it in each.get("ports") or ()
    ]
    return ", ".join(ports) or "none declared"


def _ready(status: Mapping[str, Any]) -> bool:
    return any(it["type"] == "Ready" and it["status"] == "True" for it in status.get("conditions") or ())


def _service(service: Mapping[str, Any], around: Surroundings) -> tuple[str, list[tuple[str, str]]]:
    name, spec = service["metadata"]["name"], service["spec"]
    rows = [("address", spec.get("clusterIP") or "-"), ("selects", pairs(spec.get("selector")))]
    rows += [(it.get("name") or "port", port(it)) for it in spec.get("ports") or ()]
    for each in around.slices:
        if (each["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == name:
            rows += slice_rows(each)
    return f"Service {name}", rows
