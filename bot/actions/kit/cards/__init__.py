"""Objects as cards: from facts to titled groups of labelled values, a file per family of kinds.

Not here: where the facts come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.actions.kit.cards import network, nodes, other, pods, storage, workloads
from bot.actions.kit.cards.common import Groups, Rows, about, conditions, not_told
from bot.core.facts.cluster import ClaimFacts, ConfigMapFacts, NamespaceFacts, NodeFacts
from bot.core.facts.network import EndpointsFacts, IngressFacts, PolicyFacts, ServiceFacts
from bot.core.facts.objects import ObjectFacts, OtherFacts, Refused
from bot.core.facts.pods import CronJobFacts, JobFacts, PodFacts, WorkloadFacts
from bot.core.output import Card
from bot.core.ports.events import Event, Omission
from bot.core.units import show_age

_MOST_EVENTS = 10
_MOST_PODS = 20
_OF: dict[type[ObjectFacts], Callable[[Any, datetime], Groups]] = {
    PodFacts: pods.describe,
    WorkloadFacts: workloads.describe,
    JobFacts: workloads.describe_job,
    CronJobFacts: workloads.describe_cron_job,
    ServiceFacts: network.describe_service,
    EndpointsFacts: network.describe_endpoints,
    IngressFacts: network.describe_ingress,
    PolicyFacts: network.describe_policy,
    NodeFacts: nodes.describe,
    ClaimFacts: storage.describe_claim,
    ConfigMapFacts: storage.describe_config_map,
    NamespaceFacts: storage.describe_namespace,
    OtherFacts: other.describe,
}


def card(facts: ObjectFacts, events: Sequence[Event] | str, now: datetime, omitted: Sequence[Omission] = ()) -> Card:
    """One object, its conditions, how its pods are, and what happened to it, newest first, or why that isn't known."""
    first, *rest = _OF[type(facts)](facts, now)
    of_pods = ("Pods", _pods(facts.pods, now) if isinstance(facts, WorkloadFacts | JobFacts) else [])
    groups = [*about(facts, now), first, of_pods, *rest, *conditions(facts, now)]
    happened = [("", events)] if isinstance(events, str) else _happened(events, now)
    groups.append(("Events", [*happened, *(("not shown", str(it)) for it in omitted)]))
    return Card(f"{facts.kind}/{facts.name}", [(title, rows) for title, rows in groups if rows])


def _pods(made: Sequence[PodFacts] | Refused, now: datetime) -> Rows:
    if isinstance(made, Refused):
        return [not_told(made)]
    return [(it.name, pods.summary(it, now)) for it in made[:_MOST_PODS]]


def _happened(events: Sequence[Event], now: datetime) -> Rows:
    newest = sorted(events, key=lambda event: event.at, reverse=True)[:_MOST_EVENTS]
    rows = [(f"{show_age(it.at, now)} ago", f"{it.action}{_times(it)}: {it.detail}") for it in newest]
    return rows or [("", "none in the last hour")]


def _times(event: Event) -> str:
    return f" ×{event.count}" if event.count > 1 else ""
