"""A pod: what runs in it, how each container is, what it may use, what it mounts, where it may be placed."""

from __future__ import annotations

import shlex
from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, pairs
from bot.actions.kit.exits import ending
from bot.core.facts.containers import ContainerFacts, ContainerState, HealthCheck, Variable
from bot.core.facts.pods import PodFacts, Volume
from bot.core.units import show_age

_USUAL = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")  # every pod has these
_NO_LIMITS = "none: it can use all of the node's"
_LONGEST = 300
_MOST_VARIABLES = 30


def describe(facts: PodFacts, now: datetime) -> Groups:
    state: Rows = [("phase", facts.phase)]
    state += [("why", f"{facts.reason}: {facts.message}")] if facts.reason else []
    state += [
        ("node", facts.node or "none yet: it isn't scheduled"),
        ("ip", facts.ip or "none yet"),
        ("service account", facts.service_account),
        ("restart policy", facts.restart_policy),
        ("qos", facts.qos or "-"),
    ]
    state += [("waits for", gate) for gate in _gates(facts)]
    groups: Groups = [("State", state)]
    groups += [(title(it), [("state", state_of(it.state, now)), *container(it, now)]) for it in facts.containers]
    groups.append(("Volumes", [(it.name, volume(it)) for it in facts.volumes]))
    groups.append(("Placement", _placement(facts)))
    return groups


def title(facts: ContainerFacts) -> str:
    """`Init container migrate`."""
    text = f"{facts.role} container {facts.name}".strip()
    return text[0].upper() + text[1:]


def summary(facts: PodFacts, now: datetime) -> str:
    """One line: how each of its containers is, and how it ended before."""
    reported = [it for it in facts.containers if it.ready is not None]
    # An init container that did its work says nothing.
    said = [_summed_up(it, now) for it in reported if not (it.ready and it.state.word == "terminated")]
    if said:
        return "; ".join([*said, *(f"waits for {gate}" for gate in _gates(facts))])
    unmet = [it.message for it in facts.conditions if it.message]
    return f"{facts.phase}{f': {unmet[0]}' if unmet else ''}"


def _gates(facts: PodFacts) -> list[str]:
    """What it waits for beside its containers."""
    known = {it.name: it for it in facts.conditions}
    unmet = [(name, known.get(name)) for name in facts.gates if name not in known or known[name].status != "True"]
    return [
        f"readiness gate {name}: {it.status}{f' ({it.why})' if it.why else ''}" if it
        else f"readiness gate {name}, of which nobody has said anything"
        for name, it in unmet
    ]  # fmt: skip


def _summed_up(it: ContainerFacts, now: datetime) -> str:
    before = f", before: {state_of(it.last_state, now)}" if it.last_state else ""
    times = f", {it.restarts} restart{'s' if it.restarts > 1 else ''}" if it.restarts else ""
    unready = "" if it.ready or it.state.word != "running" else ", not ready"
    return f"{it.name} {state_of(it.state, now)}{unready}{times}{before}"


def container(it: ContainerFacts, now: datetime) -> Rows:
    """One container, its state apart: how it ended before, its image, limits, probes, ports and mounts."""
    rows: Rows = [("last state", state_of(it.last_state, now))] if it.last_state else []
    if it.ready is not None:
        rows += [("ready", "yes" if it.ready else "no"), ("restarts", str(it.restarts))]
    rows.append(("image", f"{it.image or '-'} ({it.pull_policy or '-'})"))
    rows += [("command", shlex.join(it.command))] if it.command else []
    rows.append(("requests", pairs(it.requests)))
    rows.append(("limits", pairs(it.limits) if it.limits else _NO_LIMITS))
    rows += [(f"{check.name} probe", probe(check)) for check in it.checks]
    ports = [f"{port.name} {port.inside}".strip() for port in it.ports]
    rows += [("ports", ", ".join(ports))] if ports else []
    rows += [("environment", _environment(it.environment))] if it.environment else []
    rows += [("mount", f"{mount.source} → {mount.path} ({'rw' if mount.writable else 'ro'})") for mount in it.mounts]
    return rows


def state_of(state: ContainerState, now: datetime) -> str:
    """`terminated (OOMKilled), exit status 137: OOM killed …, 5m ago`."""
    said = f" ({state.message[:_LONGEST]})" if state.message else ""
    if state.word == "running":
        return f"running for {show_age(state.started, now)}"
    if state.word == "waiting":
        return f"waiting: {state.reason or 'unknown'}{said}"
    if state.word == "terminated":
        why = ending(state)
        when = f", {show_age(state.finished, now)} ago" if state.finished else ""
        return f"terminated ({state.reason or '-'}), exit status {state.exit_code}: {why}{when}{said}"
    return "not begun"


def probe(check: HealthCheck) -> str:
    """`http GET :8080/health, every 10s, 3 failures, timeout 1s`."""
    delay = f", after {check.delay_s}s" if check.delay_s else ""
    return f"{check.what}{delay}, every {check.every_s}s, {check.failures} failures, timeout {check.timeout_s}s"


def _environment(variables: tuple[Variable, ...]) -> str:
    """Names and where the values come from: the values themselves are `inspect`'s, which hides what is secret."""
    names = [_named(it) for it in variables]
    more = f" and {len(names) - _MOST_VARIABLES} more" if len(names) > _MOST_VARIABLES else ""
    return ", ".join(names[:_MOST_VARIABLES]) + more


def _named(it: Variable) -> str:
    if it.whole:
        return f"all of {it.source}"
    return f"{it.name} (from {it.source})" if it.source else it.name


def volume(it: Volume) -> str:
    """What is mounted: its kind and name."""
    return f"{it.kind} {it.source}".strip()


def _placement(facts: PodFacts) -> Rows:
    rows: Rows = [("node selector", pairs(facts.node_selector))] if facts.node_selector else []
    for it in facts.tolerations:
        if it.key not in _USUAL:
            value = f"={it.value}" if it.value else ""
            rows.append(("tolerates", f"{it.key or 'everything'}{value} ({it.effect or 'any effect'})"))
    rows += [("priority", facts.priority_class)] if facts.priority_class else []
    return rows
