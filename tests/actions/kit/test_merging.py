"""Lines of several containers as one log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.merging import as_they_come, in_time_order
from bot.core.errors import Unavailable
from bot.core.output import Lines
from bot.core.text import under_name

Log = list[list[int]]


async def source(name: str, blocks: Log) -> AsyncGenerator[Lines, None]:
    for block in blocks:
        yield Lines("".join(f"2026-01-01T00:00:{second:09.6f}Z {name}-{second}\n" for second in block).encode())


def shown(lines: Lines) -> bytes:
    return under_name(lines.source, lines.data)


def logs() -> st.SearchStrategy[dict[str, Log]]:
    times = st.lists(st.integers(0, 59), max_size=12).map(sorted)
    blocks = times.map(lambda all_: [all_[at : at + 3] for at in range(0, len(all_), 3)])
    return st.dictionaries(st.sampled_from(["a", "b", "c"]), blocks, max_size=3)


@given(logs())
def test_every_line_is_there_once_in_the_order_of_time_under_its_name(known: dict[str, Log]):
    async def merged() -> bytes:
        sources = {name: source(name, blocks) for name, blocks in known.items()}
        return b"".join([shown(lines) async for lines in in_time_order(sources, timestamps=False)])

    lines = asyncio.run(merged()).decode().splitlines()
    seconds = [int(line.rpartition("-")[2]) for line in lines]
    assert seconds == sorted(seconds)
    for name, blocks in known.items():
        own = [line for line in lines if line.startswith(f"{name} │ {name}-")]
        assert own == [f"{name} │ {name}-{second}" for block in blocks for second in block]
    assert len(lines) == sum(len(block) for blocks in known.values() for block in blocks)


async def test_times_stay_where_they_are_wanted():
    (lines,) = [it async for it in in_time_order({"a": source("a", [[1]])}, timestamps=True)]
    assert shown(lines).decode() == "a │ 2026-01-01T00:00:01.000000Z a-1\n"


async def test_what_comes_comes_and_one_that_ends_ends_nobody_else():
    known = {"a": source("a", [[1]]), "b": source("b", [[2], [3]])}
    seen = b"".join([shown(lines) async for lines in as_they_come(known)]).decode()
    assert seen.count("a │") == 1
    assert seen.count("b │") == 2


async def test_an_error_of_one_is_raised_to_the_reader_after_what_came_before():
    async def failing() -> AsyncGenerator[Lines, None]:
        yield Lines(b"x last words\n")
        raise Unavailable("gone")

    seen: list[bytes] = []
    with pytest.raises(Unavailable, match="gone"):
        async for lines in as_they_come({"a": failing()}):
            seen.append(shown(lines))
    assert seen == ["a │ x last words\n".encode()]


async def test_a_line_that_was_broken_for_its_length_loses_nothing():
    async def broken() -> AsyncGenerator[Lines, None]:
        yield Lines(b"2026-01-01T00:00:01Z AAAA\nBBBB continuation\n2026-01-01T00:00:03Z last\n")

    known = {"a": broken(), "b": source("b", [[2]])}
    lines = b"".join([it.data async for it in in_time_order(known, timestamps=False)])
    assert lines == b"AAAA\nBBBB continuation\nb-2\nlast\n"


async def test_a_follow_that_is_closed_from_another_task_ends_its_readers():
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[Lines, None]:
        try:
            while True:
                yield Lines(b"x\n")
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    merged = as_they_come({"a": endless()})
    await anext(merged)
    await asyncio.create_task(merged.aclose())
    await asyncio.wait_for(ended.wait(), 2)
