"""What containers, pods and nodes use, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.output import Chart, Panel, Table
from bot.core.ports.usage import Traffic, Usage
from bot.core.units import show_bytes

_WITH_TRAFFIC = ("NAME", "CPU", "MEMORY", "LIMIT", "MEM %", "NET IN/OUT", "DISK R/W", "PIDS")
_MIB = 2**20
_MOST_LINES = 10


def by_pod(usages: Iterable[Usage]) -> list[Usage]:
    """The containers of each pod as one, measured at one time. A limit that one of them lacks is none."""
    pods: dict[tuple[str, datetime], Usage] = {}
    for it in usages:
        known = pods.get((it.name, it.at))
        pods[it.name, it.at] = _sum(known, it) if known else replace(it, container="")
    return list(pods.values())


def _sum(one: Usage, other: Usage) -> Usage:
    return replace(
        one,
        cpu=one.cpu + other.cpu,
        memory=one.memory + other.memory,
        cpu_request=one.cpu_request + other.cpu_request,
        memory_request=one.memory_request + other.memory_request,
        cpu_limit=one.cpu_limit + other.cpu_limit if one.cpu_limit and other.cpu_limit else 0.0,
        memory_limit=one.memory_limit + other.memory_limit if one.memory_limit and other.memory_limit else 0,
    )


def series(usages: Iterable[Usage]) -> list[list[Usage]]:
    """The measurements of each thing, oldest first."""
    found: dict[tuple[str, str], list[Usage]] = {}
    for it in usages:
        found.setdefault((it.name, it.container), []).append(it)
    return list(found.values())


def ordered(usages: Sequence[Usage], sort_by: str) -> list[Usage]:
    """By `cpu` or `memory`, the highest first, or by name."""
    if sort_by == "name":
        return sorted(usages, key=lambda it: (it.name, it.container))
    return sorted(usages, key=lambda it: getattr(it, sort_by), reverse=True)


def table(usages: Sequence[Usage], *, nodes: bool, containers: bool) -> Table:
    """As `docker stats` shows it where traffic is measured; else as kubectl does, beside the shares of what was asked
    for and of what is allowed.
    """
    if any(it.traffic for it in usages):
        return Table(_WITH_TRAFFIC, [_with_traffic(it) for it in usages])
    if nodes:
        return Table(("NODE", "CPU", "CPU %", "MEMORY", "MEMORY %"), [_of_node(it) for it in usages])
    columns = ("CPU", "OF REQUEST", "OF LIMIT", "MEMORY", "OF REQUEST", "OF LIMIT")
    if containers:
        return Table(("POD", "CONTAINER", *columns), [(it.name, it.container, *_row(it)) for it in usages])
    return Table(("POD", *columns), [(it.name, *_row(it)) for it in usages])


def _with_traffic(it: Usage) -> tuple[str, ...]:
    through = it.traffic or Traffic(0, 0, 0, 0)
    return (
        it.name,
        f"{100 * it.cpu:.1f}%",
        show_bytes(it.memory),
        show_bytes(it.memory_limit) if it.memory_limit else "none",
        f"{100 * it.memory / it.memory_limit:.1f}%" if it.memory_limit else "-",
        f"{show_bytes(through.received)} / {show_bytes(through.sent)}",
        f"{show_bytes(through.read)} / {show_bytes(through.written)}",
        str(it.processes or 0),
    )


def _of_node(it: Usage) -> tuple[str, ...]:
    return (
        it.name, _cores(it.cpu), _share(it.cpu, it.cpu_limit), show_bytes(it.memory),
        _share(it.memory, it.memory_limit),
    )  # fmt: skip


def _row(it: Usage) -> tuple[str, ...]:
    return (
        _cores(it.cpu), _share(it.cpu, it.cpu_request), _share(it.cpu, it.cpu_limit),
        show_bytes(it.memory), _share(it.memory, it.memory_request), _share(it.memory, it.memory_limit),
    )  # fmt: skip


def _cores(cores: float) -> str:
    return f"{1000 * cores:.0f}m"


def _share(used: float, of: float) -> str:
    return f"{100 * used / of:.0f}%" if of else "-"


def chart(series: Sequence[Sequence[Usage]], title: str) -> Chart:
    """Lines over time, in the units of the table."""
    start = min(each[0].at for each in series)
    unit, scale = ("% of a core", 100) if series[0][0].traffic else ("thousandths of a core", 1000)
    cpu, memory = Panel(f"CPU, {unit}"), Panel("memory, MiB")
    for each in sorted(series, key=lambda it: it[-1].memory, reverse=True)[:_MOST_LINES]:
        label = f"{each[0].name}:{each[0].container}" if each[0].container else each[0].name
        at = [(it.at - start).total_seconds() for it in each]
        cpu.series[label] = list(zip(at, [scale * it.cpu for it in each], strict=True))
        memory.series[label] = list(zip(at, [it.memory / _MIB for it in each], strict=True))
    return Chart(title, (cpu, memory))
