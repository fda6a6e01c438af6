"""A container that stands by itself: how it is, of what it was made, what it may use, how it is reached."""

from __future__ import annotations

import shlex
from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows
from bot.actions.kit.exits import describe_state
from bot.core.facts.containers import ContainerFacts, ContainerPort, Mount
from bot.core.output import Card
from bot.core.units import show_age, show_bytes

_PROBES, _LONGEST = 3, 200


def container_card(facts: ContainerFacts, now: datetime) -> Card:
    groups: Groups = [
        ("State", _state(facts, now)),
        ("Image", _image(facts)),
        ("Limits", _limits(facts)),
        ("Network", _network(facts)),
        ("Mounts", [("", _mount(mount)) for mount in facts.mounts]),
        ("Health", _health(facts, now)),
    ]
    return Card(facts.name, [(title, rows) for title, rows in groups if rows])


def _state(facts: ContainerFacts, now: datetime) -> Rows:
    state = facts.state
    rows = [("state", describe_state(state)), ("restarts", f"{facts.restarts} (policy: {facts.restart_policy})")]
    if state.oom_killed:
        rows.append(("out of memory", f"yes, over {show_bytes(facts.memory_limit)}"))
    if state.message:
        rows.append(("error", state.message))
    rows.append(("created", f"{show_age(facts.created, now)} ago"))
    if state.started:
        rows.append(("started", f"{show_age(state.started, now)} ago"))
    if state.finished and state.word != "running":
        rows.append(("ended", f"{show_age(state.finished, now)} ago"))
    return rows


def _image(facts: ContainerFacts) -> Rows:
    return [
        ("image", facts.image),
        ("digest", facts.digest),
        ("command", shlex.join(facts.command)),
        ("user", facts.user or "root (the image names none)"),
        ("workdir", facts.workdir or "/"),
    ]


def _limits(facts: ContainerFacts) -> Rows:
    return [
        ("memory", show_bytes(facts.memory_limit) if facts.memory_limit else "none: it can use all of the machine's"),
        ("cpu", f"{facts.cpus:g} cores" if facts.cpus else "none"),
        ("processes", str(facts.pids_limit) if facts.pids_limit else "none"),
    ]


def _network(facts: ContainerFacts) -> Rows:
    rows = [
        (it.network, ", ".join(filter(None, (it.address, it.ipv6))) or "no address of its own") for it in facts.networks
    ]
    rows += [("network mode", facts.network_mode)] if facts.network_mode.startswith("container:") else []
    return [*rows, *[("port", show_port(port)) for port in facts.ports]]


def show_port(port: ContainerPort) -> str:
    """`0.0.0.0:8080→80/tcp`, or the port alone where it isn't published."""
    return f"{port.bound}→{port.inside}" if port.bound else port.inside


def _mount(mount: Mount) -> str:
    return f"{mount.source} → {mount.path} ({mount.kind}, {'rw' if mount.writable else 'ro'})"


def _health(facts: ContainerFacts, now: datetime) -> Rows:
    if not facts.health:
        return []
    rows = [("health", f"{facts.health}, {facts.failing_streak} failures in a row")]
    for probe in facts.probes[-_PROBES:]:
        said = " ".join(probe.output.split())[:_LONGEST] or "said nothing"
        rows.append((f"{show_age(probe.at, now)} ago", f"exit {probe.exit_code}: {said}"))
    return rows
