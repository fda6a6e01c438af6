"""`events`: counted, sorted, left out by type."""

from __future__ import annotations

from bot.actions.look.events import Events
from bot.core.ports.events import Event
from bot.core.target import Objects
from tests.actions.engine import NOW, SCOPE, Engine, container, run


async def test_events_are_counted_sorted_and_left_out_by_type():
    happened = (Event(NOW, "die", "web", "exit 1", warning=True, count=3), Event(NOW, "start", "web"))
    found = Objects(SCOPE, (container("web"),))

    (table,) = await run(Events(sort_by=".count"), found, Engine(events=happened))
    (warnings,) = await run(Events(types="warning"), found, Engine(events=happened))

    assert [row[1] for row in table.rows] == ["die ×3", "start"]
    assert warnings.rows == [("0s ago", "die ×3", "exit 1", "web", "Warning", "11-23 12:00:00")]
