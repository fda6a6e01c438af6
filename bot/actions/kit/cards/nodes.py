"""A node: a machine that a cluster runs containers on."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, not_told, pairs, several
from bot.core.facts.cluster import NodeFacts, Share, Taint
from bot.core.facts.objects import Refused
from bot.core.facts.pods import PodFacts
from bot.core.units import show_bytes, show_cpus

_MOST_PODS = 20


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
    taken = [not_told(facts.pods)] if isinstance(facts.pods, Refused) else _taken(facts, facts.pods)
    groups: Groups = [("Node", rows), ("Room", room), ("Taken, by pods that you may see", taken)]
    return groups if isinstance(facts.pods, Refused) else [*groups, ("Pods", _pods(facts.pods))]


def _taken(facts: NodeFacts, shares: tuple[Share, ...]) -> Rows:
    """What the pods that may be seen ask for and may use, of what there is for pods."""
    cpus, memory = sum(it.cpus for it in shares), sum(it.memory for it in shares)
    most_cpus, most_memory = sum(it.cpu_limit for it in shares), sum(it.memory_limit for it in shares)
    room = facts.allocatable.get("pods")
    return [
        ("pods", f"{len(shares)}{f' of {room}' if room else ''}"),
        ("cpu requests", f"{show_cpus(cpus)} of {show_cpus(facts.cpus)}{_percent(cpus, facts.cpus)}"),
        ("cpu limits", f"{show_cpus(most_cpus)}{_percent(most_cpus, facts.cpus)}"),
        ("memory requests", f"{show_bytes(memory)} of {show_bytes(facts.memory)}{_percent(memory, facts.memory)}"),
        ("memory limits", f"{show_bytes(most_memory)}{_percent(most_memory, facts.memory)}"),
    ]


def _pods(shares: tuple[Share, ...]) -> Rows:
    """Those that ask for most memory first."""
    most = sorted(shares, key=lambda it: (-it.memory, -it.cpus, it.pod.namespace, it.pod.name))
    rows = [(f"{it.pod.namespace}/{it.pod.name}", f"{_asks(it)}; {_state(it.pod)}") for it in most]
    left = len(rows) - _MOST_PODS
    return rows[:_MOST_PODS] + ([("", f"and {left} more: `get pods -A -o wide`")] if left > 0 else [])


def _state(pod: PodFacts) -> str:
    """Its phase, or what a container of it waits for: a node's pods are looked over, and each has a card of its own."""
    waiting = (it.state.reason for it in pod.containers if it.state.word == "waiting" and it.state.reason)
    return next(waiting, pod.reason or pod.phase)


def _asks(share: Share) -> str:
    if not share.cpus and not share.memory:
        return "requests nothing"
    return f"cpu {show_cpus(share.cpus)}, memory {show_bytes(share.memory)}"


def _percent(part: float, whole: float) -> str:
    return f" ({part / whole:.0%})" if whole else ""


def _taint(taint: Taint) -> str:
    return f"{taint.key}{f'={taint.value}' if taint.value else ''}:{taint.effect}"
