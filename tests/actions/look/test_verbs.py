"""What verbs make of an engine's answers, where a real engine can't easily be brought to give them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.actions.look.describe import Describe
from bot.actions.look.events import Events
from bot.actions.look.logs import Logs
from bot.actions.look.ps import Ps
from bot.actions.look.stats import Stats
from bot.core.bench import Bench
from bot.core.output import Card, Chart, Note, Table
from bot.core.ports.engines import Attachment, Detail, Event, LogQuery, Probe, Sample
from bot.core.target import Container, Objects, Scope

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCOPE = Scope("local", "docker")


def container(name: str, state: str = "running") -> Container:
    return Container(SCOPE, f"id-{name}", name, "img:1", state=state)


class Engine:
    """Answers what it was given."""

    def __init__(
        self, details: dict[str, Detail] | None = None, samples: int = 0, events: tuple[Event, ...] = ()
    ) -> None:
        self.details, self.count, self.happened = details or {}, samples, events
        self.query: LogQuery | None = None

    async def detail(self, one: Container) -> Detail:
        return self.details.get(one.name, Detail(one, created=NOW - timedelta(hours=3)))

    async def samples(self, one: Container) -> AsyncGenerator[Sample, None]:
        for number in range(self.count):
            yield Sample(NOW + timedelta(seconds=number), 50.0, 2**20, 2**22, 1, 2, 3, 4, 5)

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]:
        for event in self.happened:
            yield event

    async def logs(self, one: Container, query: LogQuery) -> AsyncGenerator[Any, None]:
        self.query = query
        return
        yield


async def run(action: Any, found: Any, engine: Engine) -> list[Any]:
    return [output async for output in action.run(found, Bench(engine, NOW))]


async def test_ps_leaves_out_what_has_stopped_and_counts_it():
    found = Objects(SCOPE, (container("web"), container("old", "exited"), container("loop", "restarting")))

    table, note = await run(Ps(), found, Engine())

    assert [row[0] for row in table.rows] == ["loop", "web"]
    assert table.rows[1][4] == "3h"
    assert note == Note("1 more is not running: `ps -a` shows them.")


async def test_ps_of_nothing_says_so():
    assert await run(Ps(), Objects(SCOPE, ()), Engine()) == [Note("`local` has no running containers.")]


async def test_describe_says_what_went_wrong():
    web = container("web", "exited")
    detail = Detail(
        web, exit_code=137, oom_killed=True, memory_limit=2**24, restarts=3, restart_policy="on-failure:5",
        health="unhealthy", failing_streak=4, probes=(Probe(NOW, 1, "connection\nrefused"),), cpus=0.5,
        networks=(Attachment("shop", "10.0.0.2"),), mounts=("data → /data (volume, rw)",),
    )  # fmt: skip

    (card,) = await run(Describe(), web, Engine({"web": detail}))

    assert isinstance(card, Card)
    said = {label: value for _, rows in card.groups for label, value in rows}
    assert said["state"] == "exited (137), OOM killed: it exceeded its memory limit"
    assert said["out of memory"] == "yes, over 16.0 MiB"
    assert said["health"] == "unhealthy, 4 failures in a row"
    assert said["0s ago"] == "exit 1: connection refused"
    assert (said["cpu"], said["shop"]) == ("0.5 cores", "10.0.0.2")


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


async def test_events_are_counted_sorted_and_left_out_by_type():
    happened = (Event(NOW, "die", "web", "exit 1", warning=True, count=3), Event(NOW, "start", "web"))
    found = Objects(SCOPE, (container("web"),))

    (table,) = await run(Events(sort_by=".count"), found, Engine(events=happened))
    (warnings,) = await run(Events(types="warning"), found, Engine(events=happened))

    assert [row[1] for row in table.rows] == ["die ×3", "start"]
    assert warnings.rows == [("0s ago", "die ×3", "exit 1", "web", "Warning", "11-23 12:00:00")]


async def test_logs_asks_for_a_thousand_lines_unless_something_else_bounds_them():
    for action, tail in ((Logs(), 1000), (Logs(tail="5"), 5), (Logs(tail="all"), None), (Logs(grep="x"), None)):
        engine = Engine()
        await run(action, container("web"), engine)
        assert engine.query
        assert engine.query.tail == (tail and tail + 300)  # and what stands before, which is looked at and not shown
