"""What a command changes is on record, and is put back in time, whatever happens to the command and to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import structlog

from bot.core.errors import NotRunning, Unavailable
from bot.core.ledger import MadeObject
from bot.core.person import Person
from bot.core.plan import Change
from bot.core.view import NoteView
from bot.runs import Runs
from tests.fakes.workloads import FakeWorkloads
from tests.fakes.world import NOW, World
from tests.pipeline.test_making import ALLOWED, events

Ground = tuple[World, FakeWorkloads]
FOR_A_WHILE = "scale deploy/web --replicas 5 --for 30m --no-wait"


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        engine = FakeWorkloads()
        world = World(runs, policy=ALLOWED, engine=engine)
        world.directory.people = {"U0ANN": Person("T0", "U0ANN", "ann", roles=frozenset({"responder"}))}
        yield world, engine


def replicas(engine: FakeWorkloads) -> int:
    return int(engine.objects["web"]["replicas"])


def notes(world: World) -> list[str]:
    return [str(it.text) for it in world.chat.results if isinstance(it, NoteView)]


async def after(world: World, minutes: float) -> None:
    """What is done every few seconds, when so much time has gone by."""
    object.__setattr__(world.pipeline._parts, "now", lambda: NOW + timedelta(minutes=minutes))
    await world.pipeline.undo_due()


async def test_a_change_that_stays_is_on_record_and_in_no_ledger(ground: Ground):
    world, engine = ground
    await world.say("scale deploy/web --replicas 5 --no-wait")
    assert replicas(engine) == 5
    assert events(world) == ["asked", "decided", "changed", "ended"]
    assert world.ledger.entries == {}
    assert notes(world)[-1] == "Changed: replicas. `scale deployment/web --replicas 2` puts it back."


async def test_a_change_for_a_while_is_undone_in_time_and_its_thread_told(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    (root,) = world.chat.roots.values()

    await after(world, 29)
    assert replicas(engine) == 5
    await after(world, 30)

    assert replicas(engine) == 2
    assert events(world) == ["asked", "decided", "changed", "ended", "undone"]
    assert notes(world)[-1] == "`scale` of `local/web` is undone."
    assert list(world.chat.messages.values())[-1].place.thread == root.thread
    assert await world.ledger.open() == []


async def test_what_cannot_be_written_down_is_not_changed(ground: Ground):
    world, engine = ground

    async def fails(entry: MadeObject) -> None:
        raise Unavailable("cdebug's memory does not answer")

    world.ledger.intend = fails  # type: ignore[method-assign]
    await world.say(FOR_A_WHILE)
    assert replicas(engine) == 2
    assert world.chat.statuses[0].state == "failed"


async def test_what_the_engine_refuses_leaves_nothing_open_and_tells_of_no_undo(ground: Ground):
    world, engine = ground
    engine.refuses = NotRunning("not changed:", "web", why="it was changed since")
    await world.say(FOR_A_WHILE)
    assert await world.ledger.open() == []
    assert events(world) == ["asked", "decided", "ended"]
    assert not [it for it in notes(world) if "undone" in it]


@pytest.mark.parametrize(("command", "left"), [(FOR_A_WHILE, 2), ("scale deploy/web --replicas 5 --no-wait", 5)])
async def test_a_run_that_is_stopped_while_it_changes_is_undone_or_on_record(ground: Ground, command: str, left: int):
    world, engine = ground
    change, begun = engine.change, asyncio.Event()

    async def slowly(change_: Change, entry: MadeObject | None) -> None:
        begun.set()
        await asyncio.sleep(0.1)
        await change(change_, entry)

    engine.change = slowly  # type: ignore[assignment,method-assign]
    running = asyncio.create_task(world.say(command))
    await begun.wait()
    for run in world.runs._live.values():
        run.by = "<@U0ANN>"
        run.task.cancel()
    await asyncio.wait([running])

    assert replicas(engine) == left
    assert ("changed" in events(world)) == (left == 5)
    assert await world.ledger.open() == []


async def test_what_somebody_else_has_changed_since_is_left_and_told_once(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    engine.objects["web"] = {"replicas": 7}
    await after(world, 31)
    await after(world, 32)
    assert replicas(engine) == 7
    told = [it for it in notes(world) if "undone" in it][1:]
    assert told == ["`scale` of `local/web` is not undone, and left as it is: replicas was changed since."]


async def test_what_cannot_be_undone_now_is_told_once_and_tried_again_each_minute(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    engine.stuck = Unavailable("cannot change", "web", why="the cluster can't be reached")
    await after(world, 31)
    await after(world, 32)
    assert [it.state for it in await world.ledger.open()] == ["stuck"]
    assert len([it for it in notes(world) if "tried again each minute" in it]) == 1

    engine.stuck = None
    await world.pipeline.sweep()
    assert replicas(engine) == 2
    assert notes(world)[-1] == "`scale` of `local/web` is undone."


async def test_what_is_to_be_undone_is_found_without_the_ledger(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    world.ledger.entries.clear()
    await after(world, 31)
    await world.pipeline.sweep()
    assert replicas(engine) == 2


async def test_clean_undoes_it_now(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    await world.say("clean --mine")
    assert replicas(engine) == 2
