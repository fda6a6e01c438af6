"""`describe`: one object on one card."""

from __future__ import annotations

import shlex
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.actions.kit.cluster import card
from bot.actions.kit.exits import describe_state
from bot.core.action import Inside, TargetedAction
from bot.core.bench import Bench
from bot.core.errors import ForbiddenByCluster
from bot.core.output import Card, Output
from bot.core.ports.events import EventsPort, PodsPort
from bot.core.ports.facts import Detail, DetailsPort, InspectPort
from bot.core.takes import one
from bot.core.target import Container, Objects, Thing
from bot.core.units import show_age, show_bytes

Rows = list[tuple[str, str]]


_LOOKS_BACK = timedelta(hours=1)


@dataclass(frozen=True)
class Describe(
    Inside,
    TargetedAction,
    verb="describe",
    aliases=("desc",),
    takes=one("object"),
    rights=("get KIND", "list events"),
    examples=("describe checkout", "describe deploy/web", "describe node/worker-1", "describe svc web"),
):
    """Show one object on a card: what it is, how it is, what went wrong, its limits, and what happened to it."""

    async def run(self, found: Thing, bench: Bench) -> AsyncGenerator[Output, None]:
        if isinstance(found, Container):
            yield _container(await bench.port(DetailsPort).detail(found), bench.now)
        else:
            yield await _object(found, bench)


async def _object(found: Thing, bench: Bench) -> Card:
    now = bench.now
    seen, pods = await bench.port(InspectPort).inspect(found), await bench.port(PodsPort).pods_of(found)
    happened = bench.port(EventsPort).events(Objects(found.scope, (found,)), now - _LOOKS_BACK, now)
    try:
        async with aclosing(happened) as events:
            return card(found.kind, seen, pods, [event async for event in events], now)
    except ForbiddenByCluster as error:  # the object itself may be read
        return card(found.kind, seen, pods, error.why, now)


def _container(detail: Detail, now: datetime) -> Card:
    groups: list[tuple[str, Rows]] = [
        ("State", _state(detail, now)),
        ("Image", _image(detail)),
        ("Limits", _limits(detail)),
        ("Network", _network(detail)),
        ("Mounts", [("", mount) for mount in detail.mounts]),
        ("Health", _health(detail, now)),
    ]
    return Card(detail.container.name, [(title, rows) for title, rows in groups if rows])


def _state(detail: Detail, now: datetime) -> Rows:
    rows = [("state", describe_state(detail)), ("restarts", f"{detail.restarts} (policy: {detail.restart_policy})")]
    if detail.oom_killed:
        rows.append(("out of memory", f"yes, over {show_bytes(detail.memory_limit)}"))
    if detail.error:
        rows.append(("error", detail.error))
    rows.append(("created", f"{show_age(detail.created, now)} ago"))
    if detail.started:
        rows.append(("started", f"{show_age(detail.started, now)} ago"))
    if detail.finished and detail.container.state != "running":
        rows.append(("ended", f"{show_age(detail.finished, now)} ago"))
    return rows


def _image(detail: Detail) -> Rows:
    return [
        ("image", detail.container.image),
        ("digest", detail.digest or detail.container.image_id),
        ("command", shlex.join(detail.command)),
        ("user", detail.user or "root (the image names none)"),
        ("workdir", detail.workdir or "/"),
    ]


def _limits(detail: Detail) -> Rows:
    return [
        ("memory", show_bytes(detail.memory_limit) if detail.memory_limit else "none: it can use all of the machine's"),
        ("cpu", f"{detail.cpus:g} cores" if detail.cpus else "none"),
        ("processes", str(detail.pids_limit) if detail.pids_limit else "none"),
    ]


def _network(detail: Detail) -> Rows:
    rows = [(place.network, place.address or "no address") for place in detail.networks]
    return [*rows, *[("port", port) for port in detail.ports]]


def _health(detail: Detail, now: datetime) -> Rows:
    if not detail.health:
        return []
    rows = [("health", f"{detail.health}, {detail.failing_streak} failures in a row")]
    for probe in detail.probes[-3:]:
        said = " ".join(probe.output.split())[:200] or "said nothing"
        rows.append((f"{show_age(probe.at, now)} ago", f"exit {probe.exit_code}: {said}"))
    return rows
