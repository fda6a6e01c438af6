"""`events`: counted, sorted, left out by type."""

from __future__ import annotations

from datetime import timedelta

from bot.actions.look.events import Events
from bot.core.output import Note
from bot.core.ports.events import Event, Horizon
from bot.core.target import Objects
from tests.actions.engine import NOW, SCOPE, Engine, container, run


async def test_events_are_counted_sorted_and_left_out_by_type():
    happened = (Event(NOW, "die", "web", "exit 1", warning=True, count=3), Event(NOW, "start", "web"))
    found = Objects(SCOPE, (container("web"),))

    (table,) = await run(Events(sort_by=".count"), found, Engine(events=happened))
    (warnings,) = await run(Events(types="warning"), found, Engine(events=happened))

    assert [row[1] for row in table.rows] == ["die ×3", "start"]
    assert warnings.rows == [("0s ago", "die ×3", "exit 1", "web", "Warning", "11-23 12:00:00")]


async def test_nothing_is_what_is_known_and_not_what_happened():
    found, engine = Objects(SCOPE, (container("web"),)), Engine()

    nothing, further = await run(Events(since="10m"), found, engine)
    assert nothing == Note("No events since 2026-11-23 11:50:00 UTC.")
    assert further == Note("`--since 1d` looks further back.")

    engine.forgets = Horizon(NOW - timedelta(minutes=2), "the engine keeps only its last 256 events")
    _, forgotten = await run(Events(since="10m"), found, engine)
    assert forgotten == Note("Anything older than 2m may be missing: the engine keeps only its last 256 events.")

    engine.happened = (Event(NOW, "start", "web"),)
    assert len(await run(Events(since="1m"), found, engine)) == 1
    assert (await run(Events(since="1h"), found, engine))[1] == forgotten
