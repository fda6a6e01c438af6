"""`stats`: a table, and over a while a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.actions.kit import usage
from bot.actions.look.stats import Stats
from bot.core.errors import NotRunning
from bot.core.output import Chart, Note, Table
from bot.core.ports.usage import Usage
from bot.core.target import Objects, Thing
from tests.actions.engine import NOW, SCOPE, Engine, container, run


async def test_stats_is_a_table_and_over_a_while_a_chart_too():
    found = Objects(SCOPE, (container("web"),))

    (table,) = await run(Stats(), found, Engine(measured=1))
    progress, watched, chart = await run(Stats(over=timedelta(seconds=3)), found, Engine(measured=4))

    assert table.rows == [("web", "50.0%", "1.0 MiB", "4.0 MiB", "25.0%", "1 B / 2 B", "3 B / 4 B", "5")]
    assert isinstance(watched, Table)
    assert isinstance(chart, Chart)
    assert [len(points) for panel in chart.panels for points in panel.series.values()] == [4, 4]
    assert progress.text == "measuring for 3.0s"


async def test_stats_of_what_ended_meanwhile_is_a_note():
    found = Objects(SCOPE, (container("web"),))
    _, note = await run(Stats(over=timedelta(seconds=3)), found, Engine(measured=0))
    assert note == Note("No figures for `web`: just started, or ended meanwhile. `describe` says which.")


async def test_stats_of_what_does_not_run_says_so():
    assert await run(Stats(), Objects(SCOPE, ()), Engine()) == [Note("Nothing is running in `local`.")]
    with pytest.raises(NotRunning, match="cannot measure `local/web`: it is exited"):
        await run(Stats(), Objects(SCOPE, (container("web", "exited"),)), Engine())


async def test_a_chart_shows_those_that_use_most_and_says_how_many_it_leaves_out():
    class Uneven(Engine):
        async def usages(self, things: Sequence[Thing], seconds: float) -> list[Usage]:
            return [Usage(NOW, it.name, 0.0, int(it.name.removeprefix("c"))) for it in things]

    found = Objects(SCOPE, tuple(container(f"c{number}") for number in range(12)))

    _, table, chart, note = await run(Stats(over=timedelta(seconds=3)), found, Uneven())

    assert {row[0] for row in table.rows} == {f"c{number}" for number in range(2, 12)}
    assert next(iter(chart.panels[1].series)) == "c11"
    assert note == Note("2 more are running: a chart shows the 10 that use most memory.")


def test_the_containers_of_a_pod_are_one_at_each_time_and_a_limit_that_one_lacks_is_none():
    later = NOW + timedelta(seconds=15)
    measured = [
        Usage(at, "web", 0.1, 10, name, cpu_limit=1.0, memory_limit=limit)
        for at in (NOW, later)
        for name, limit in (("app", 100), ("proxy", 0))
    ]
    assert usage.by_pod(measured) == [Usage(at, "web", 0.2, 20, cpu_limit=2.0) for at in (NOW, later)]
    assert [len(each) for each in usage.series(usage.by_pod(measured))] == [2]


def test_in_a_cluster_use_stands_beside_what_was_asked_for():
    web = Usage(NOW, "web", 0.25, 2**20, cpu_request=0.5, memory_limit=2**22)
    assert usage.table([web], nodes=False, containers=False).rows == [
        ("web", "250m", "50%", "-", "1.0 MiB", "-", "25%")
    ]
    assert usage.table([web], nodes=True, containers=False).rows == [("web", "250m", "-", "1.0 MiB", "25%")]
    cpu, _ = usage.chart([[web]], "x").panels
    assert (cpu.label, cpu.series) == ("CPU, thousandths of a core", {"web": [(0.0, 250.0)]})
