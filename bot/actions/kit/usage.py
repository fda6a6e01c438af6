"""What pods and nodes use, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.output import Chart, Panel, Table
from bot.core.ports.usage import Usage
from bot.core.units import show_bytes

_MIB = 2**20
_MOST_LINES = 10


def by_pod(usages: Iterable[Usage]) -> list[Usage]:
    """The containers of each pod as one. A limit that one of them lacks is none."""
    pods: dict[str, Usage] = {}
    for it in usages:
        known = pods.get(it.name)
        if known is None:
            pods[it.name] = replace(it, container="")
            continue
        pods[it.name] = replace(
            known,
            cpu=known.cpu + it.cpu,
            memory=known.memory + it.memory,
            cpu_request=known.cpu_request + it.cpu_request,
            memory_request=known.memory_request + it.memory_request,
            cpu_limit=known.cpu_limit + it.cpu_limit if known.cpu_limit and it.cpu_limit else 0.0,
            memory_limit=known.memory_limit + it.memory_limit if known.memory_limit and it.memory_limit else 0,
        )
    return list(pods.values())


def ordered(usages: Sequence[Usage], sort_by: str) -> list[Usage]:
    """By `cpu` or `memory`, the highest first, or by name."""
    if sort_by == "name":
        return sorted(usages, key=lambda it: (it.name, it.container))
    return sorted(usages, key=lambda it: getattr(it, sort_by), reverse=True)


def table(usages: Sequence[Usage], *, nodes: bool, containers: bool) -> Table:
    """In millicores and MiB as kubectl shows them, beside the shares of what was asked for and of what is allowed."""
    if nodes:
        columns = ("NODE", "CPU", "CPU %", "MEMORY", "MEMORY %")
        rows = [
            (
                it.name,
                _cores(it.cpu),
                _share(it.cpu, it.cpu_limit),
                show_bytes(it.memory),
                _share(it.memory, it.memory_limit),
            )
            for it in usages
        ]
        return Table(columns, rows)
    of = [_row(it) for it in usages]
    columns_of = ("CPU", "OF REQUEST", "OF LIMIT", "MEMORY", "OF REQUEST", "OF LIMIT")
    if containers:
        return Table(
            ("POD", "CONTAINER", *columns_of),
            [(it.name, it.container, *row) for it, row in zip(usages, of, strict=True)],
        )
    return Table(("POD", *columns_of), [(it.name, *row) for it, row in zip(usages, of, strict=True)])


def _row(it: Usage) -> tuple[str, ...]:
    return (
        _cores(it.cpu), _share(it.cpu, it.cpu_request), _share(it.cpu, it.cpu_limit),
        show_bytes(it.memory), _share(it.memory, it.memory_request), _share(it.memory, it.memory_limit),
    )  # fmt: skip


def _cores(cores: float) -> str:
    return f"{1000 * cores:.0f}m"


def _share(used: float, of: float) -> str:
    return f"{100 * used / of:.0f}%" if of else "-"


def chart(rounds: Sequence[tuple[float, Sequence[Usage]]], title: str) -> Chart:
    """Lines over time of those that used most in the end."""
    last = sorted(rounds[-1][1], key=lambda it: it.memory, reverse=True)[:_MOST_LINES]
    cpu, memory = Panel("CPU, thousandths of a core"), Panel("memory, MiB")
    for name, container in [(it.name, it.container) for it in last]:
        points = [(at, it) for at, usages in rounds for it in usages if it.name == name and it.container == container]
        label = f"{name}:{container}" if container else name
        cpu.series[label] = [(at, 1000 * it.cpu) for at, it in points]
        memory.series[label] = [(at, it.memory / _MIB) for at, it in points]
    return Chart(title, (cpu, memory))
