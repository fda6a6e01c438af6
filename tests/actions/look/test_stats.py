"""`stats`: a table, and over a while a chart."""

from __future__ import annotations

from datetime import timedelta

from bot.actions.look.stats import Stats
from bot.core.output import Chart, Note, Table
from bot.core.target import Objects
from tests.actions.engine import SCOPE, Engine, container, run


async def test_stats_is_a_table_and_over_a_while_a_chart_too():
    found = Objects(SCOPE, (container("web"),))

    (table,) = await run(Stats(), found, Engine(samples=1))
    progress, watched, chart = await run(Stats(over=timedelta(seconds=3)), found, Engine(samples=4))

    assert table.rows == [("web", "50.0%", "1.0 MiB", "4.0 MiB", "25.0%", "1 B / 2 B", "3 B / 4 B", "5")]
    assert isinstance(watched, Table)
    assert isinstance(chart, Chart)
    assert [len(points) for panel in chart.panels for points in panel.series.values()] == [4, 4]
    assert progress.text == "measuring for 3.0s"


async def test_stats_of_what_ended_meanwhile_is_a_note():
    found = Objects(SCOPE, (container("web"),))
    _, note = await run(Stats(over=timedelta(seconds=3)), found, Engine(samples=0))
    assert note == Note("Ended while it was measured: `web`. `describe` says why.")
