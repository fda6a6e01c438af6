"""Lines before a window are read, marked, and no part of what was asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.leading import led
from bot.core.errors import Unavailable
from bot.core.output import Lines
from bot.core.ports.logs import LogQuery
from bot.core.target import Container, Scope

WEB = Container(Scope("local", "docker"), "id", "web", "web:1")


class Log:
    """A container's log of numbered lines, in blocks; `asked` is what was asked of it."""

    def __init__(self, total: int, block: int = 7, fails: bool = False) -> None:
        self._lines = [f"{number}\n".encode() for number in range(total)]
        self._block, self._fails = block, fails
        self.asked: list[LogQuery] = []

    async def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
        self.asked.append(query)
        lines = self._lines[-query.tail :] if query.tail else self._lines
        for at in range(0, len(lines), self._block):
            yield Lines(b"".join(lines[at : at + self._block]))
        if self._fails:
            raise Unavailable("it broke off")


async def read(log: Log, query: LogQuery) -> tuple[list[int], list[int]]:
    lead, shown = list[int](), list[int]()
    async for lines in led(log, WEB, query):
        (lead if lines.lead else shown).extend(int(line) for line in lines.data.split())
    return lead, shown


@given(st.integers(0, 900), st.integers(1, 600), st.integers(1, 50))
async def test_the_last_lines_are_those_that_were_asked_for(total: int, tail: int, block: int):
    lead, shown = await read(Log(total, block), LogQuery(tail=tail))
    assert shown == list(range(max(0, total - tail), total))
    assert lead == list(range(max(0, total - tail - 300), max(0, total - tail)))


async def test_what_came_before_a_fault_is_handed_on():
    log = Log(20, fails=True)
    seen = []
    with pytest.raises(Unavailable):
        async for lines in led(log, WEB, LogQuery(tail=5)):
            seen += [] if lines.lead else lines.data.split()
    assert seen == [b"15", b"16", b"17", b"18", b"19"]


@pytest.mark.parametrize("query", [LogQuery(), LogQuery(tail=0), LogQuery(tail=1_000_000), LogQuery(follow=True)])
async def test_a_log_without_a_border_that_can_be_looked_behind_is_read_as_it_is(query: LogQuery):
    log = Log(10)
    await read(log, query)
    assert log.asked == [query]


async def test_a_follow_and_a_moment_are_looked_at_once_before():
    log = Log(500)
    lead, _ = await read(log, LogQuery(tail=10, follow=True))
    assert [query.follow for query in log.asked] == [False, True]
    assert lead == list(range(190, 490))
    since, log = datetime(2026, 1, 1, tzinfo=UTC), Log(10)
    await read(log, LogQuery(since=since))
    assert log.asked[0] == LogQuery(tail=300, until=since)


class Ended(Log):
    """An engine that takes the last lines of the whole log, and then those before a moment: the first half."""

    async def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
        half = self._lines[: len(self._lines) // 2] if query.until else self._lines
        lines = [line for line in (self._lines[-query.tail :] if query.tail else self._lines) if line in half]
        if lines:
            yield Lines(b"".join(lines))


async def test_the_last_lines_before_a_moment_are_the_last_before_it():
    _, shown = await read(Ended(2_000), LogQuery(tail=5, until=datetime(2026, 1, 1, tzinfo=UTC)))
    assert shown == [995, 996, 997, 998, 999]
