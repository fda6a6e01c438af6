"""A node: a machine that a cluster runs containers on."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, pairs, several
from bot.core.facts.cluster import NodeFacts, Taint


def describe(facts: NodeFacts, now: datetime) -> Groups:
    rows: Rows = [
        ("kubelet", facts.kubelet or "-"),
        ("system", f"{facts.system or '-'}, kernel {facts.kernel or '-'}"),
        ("runtime", facts.runtime or "-"),
        ("schedulable", "no: it is cordoned" if facts.cordoned else "yes"),
        ("taints", several([_taint(it) for it in facts.taints])),
        ("addresses", several(facts.addresses)),
    ]
    room: Rows = [("capacity", pairs(facts.capacity)), ("allocatable", pairs(facts.allocatable))]
    return [("Node", rows), ("Room", room)]


def _taint(taint: Taint) -> str:
    return f"{taint.key}{f'={taint.value}' if taint.value else ''}:{taint.effect}"
