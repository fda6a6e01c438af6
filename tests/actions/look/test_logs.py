"""`logs`: how much is asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest

from bot.actions.look.logs import Logs
from bot.core.facts.containers import ContainerState
from bot.core.output import Lines, Note
from bot.core.ports.logs import LogQuery
from bot.core.target import Container
from tests.actions.engine import Engine, container, facts_of, run


async def test_logs_asks_for_a_thousand_lines_unless_something_else_bounds_them():
    for action, tail in ((Logs(), 1000), (Logs(tail="5"), 5), (Logs(tail="all"), None), (Logs(grep="x"), None)):
        engine = Engine()
        await run(action, container("web"), engine)
        assert engine.query
        assert engine.query.tail == (tail and tail + 300)  # and what stands before, which is looked at and not shown


class Crashed(Engine):
    """An engine whose container crashed, with a log for each of its runs."""

    async def logs(self, one: Container, query: LogQuery) -> AsyncGenerator[Any, None]:
        yield Lines(b"before\n" if query.previous else b"now\n")


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ContainerState("running"), [b"before\n", b"now\n"]),
        (ContainerState("waiting", "CrashLoopBackOff"), [b"now\n"]),
    ],
)
async def test_of_a_crash_loop_both_runs_are_shown_and_while_it_waits_the_last_alone(
    state: ContainerState, shown: list[bytes]
):
    web = replace(container("web", "x"), container="app", restarts=3)
    facts = replace(facts_of(web), state=state, last_state=ContainerState("terminated", exit_code=1))

    said = await run(Logs(), web, Crashed({"web": facts}))

    assert [it.data for it in said if isinstance(it, Lines) and not it.data.startswith("────".encode())] == shown
    waits = Note("It is waiting to be restarted (CrashLoopBackOff): this is its last run.", aside=True)
    assert (waits in said) is (state.word == "waiting")
