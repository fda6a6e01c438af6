"""`network`: how a container is reached, or who is in a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.cards.common import Groups, Rows
from bot.actions.kit.cards.containers import show_port
from bot.actions.kit.cards.reach import reach
from bot.core.action import Inside, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.facts.containers import Attachment, ContainerFacts
from bot.core.facts.network import Reach
from bot.core.output import Card, Note, Output, Table
from bot.core.ports.network import NetworkDetail, NetworksPort, ReachPort
from bot.core.takes import Takes, one
from bot.core.target import Container, Found, Network

_BORROWED = {
    "host": "the host's own: every port that it listens on is the host's",
    "none": "none: it was started without a network",
}


@dataclass(frozen=True, kw_only=True)
class NetworkVerb(
    Inside,
    TargetedAction,
    verb="network",
    aliases=("net",),
    rights=("get pods", "list services", "list endpointslices.discovery.k8s.io"),
    examples=("network web", "network --name shop_default"),
):
    """Show how a container is reached: networks, addresses, ports and DNS; with `--name`, a network and its members.

    Of a pod: its addresses, the services that select it, whether they send it traffic, and which policies apply.
    """

    name: Annotated[str, option("--name", help="a network instead of a container"), Shown("NETWORK")] = ""

    @property
    def takes(self) -> Takes:
        return one("network") if self.name else one("container")

    @property
    def targets(self) -> tuple[str, ...]:
        return (f"network/{self.name}",) if self.name else super().targets

    async def run(self, found: Found, bench: Bench) -> AsyncGenerator[Output, None]:
        if isinstance(found, Network):
            network = await bench.port(NetworksPort).network(found)
            yield _network(network)
            if network.members:
                yield Table(("MEMBER", "ADDRESS"), [(name, address) for _, name, address in network.members])
        elif isinstance(found, Container):
            facts = await bench.port(ReachPort).reach(found)
            yield reach(facts) if isinstance(facts, Reach) else _container(facts)
            if isinstance(facts, ContainerFacts) and not facts.networks:
                yield Note(_shared(facts))


def _network(network: NetworkDetail) -> Card:
    rows = [
        ("driver", network.driver),
        ("subnets", ", ".join(network.subnets) or "-"),
        ("reaches outside", "no (internal)" if network.internal else "yes"),
        ("members", str(len(network.members))),
    ]
    return Card(network.network.name, [("Network", rows)])


def _container(facts: ContainerFacts) -> Card:
    groups: Groups = [(place.network, _place(place, facts)) for place in facts.networks]
    groups.append(("Ports", [("", show_port(port)) for port in facts.ports] or [("", "none published")]))
    if facts.dns:
        groups.append(("DNS", [("servers", ", ".join(facts.dns))]))
    return Card(facts.name, groups)


def _place(place: Attachment, facts: ContainerFacts) -> Rows:
    if facts.network_mode in _BORROWED:
        return [("address", _BORROWED[facts.network_mode])]
    nothing = "none" if facts.state.word == "running" else "none: it is not running"
    rows = [("address", place.address or (nothing if not place.ipv6 else "-"))]
    rows += [("ipv6", place.ipv6)] if place.ipv6 else []
    aliases = ", ".join(place.aliases)
    return [*rows, ("gateway", place.gateway or "-"), ("mac", place.mac or "-"), ("known as", aliases or "-")]


def _shared(facts: ContainerFacts) -> str:
    """Of a container that is in no network: what it uses instead."""
    kind, _, other = facts.network_mode.partition(":")
    if kind == "container":
        return f"It shares the network of container `{other[:12]}`: `network {other[:12]}` shows it."
    return "It isn't connected to any network."
