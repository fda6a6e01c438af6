"""`logs`: how much is asked for."""

from __future__ import annotations

from bot.actions.look.logs import Logs
from tests.actions.engine import Engine, container, run


async def test_logs_asks_for_a_thousand_lines_unless_something_else_bounds_them():
    for action, tail in ((Logs(), 1000), (Logs(tail="5"), 5), (Logs(tail="all"), None), (Logs(grep="x"), None)):
        engine = Engine()
        await run(action, container("web"), engine)
        assert engine.query
        assert engine.query.tail == (tail and tail + 300)  # and what stands before, which is looked at and not shown
