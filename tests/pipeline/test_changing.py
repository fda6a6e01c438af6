"""What a command changes is on record, and is put back in time, whatever happens to the command and to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from bot.core.errors import NotRunning, TimedOut, Unavailable
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
    assert notes(world)[-1] == "`scale` of `local/deployment/web` is undone."
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
    assert told == ["`scale` of `local/deployment/web` is not undone, and left as it is: replicas was changed since."]


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
    assert notes(world)[-1] == "`scale` of `local/deployment/web` is undone."


async def test_what_is_to_be_undone_is_found_without_the_ledger_by_who_may_list_it(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    world.ledger.entries.clear()
    await after(world, 31)
    await world.pipeline.sweep()
    assert replicas(engine) == 5
    await world.say("clean --mine")
    assert replicas(engine) == 2


async def test_clean_undoes_it_now(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    await world.say("clean --mine")
    assert replicas(engine) == 2


async def test_a_change_whose_answer_is_lost_is_undone_when_it_is_done_all_the_same(ground: Ground):
    """The engine was asked, said nothing in time, and went on."""
    world, engine = ground
    change, late = engine.change, list[tuple[Change, MadeObject | None]]()

    async def lost(change_: Change, entry: MadeObject | None) -> None:
        late.append((change_, entry))
        raise TimedOut("cannot change", "web", why="the cluster did not answer")

    engine.change = lost  # type: ignore[assignment,method-assign]
    await world.say(FOR_A_WHILE)
    assert world.chat.statuses[0].state == "failed"
    await change(*late[0])
    assert replicas(engine) == 5

    await after(world, 30)

    assert replicas(engine) == 2
    assert notes(world)[-1] == "`scale` of `local/deployment/web` is undone."


async def test_one_that_was_never_done_is_forgotten_a_while_after_its_end(ground: Ground):
    world, engine = ground
    engine.refuses = TimedOut("cannot change", "web", why="the cluster did not answer")
    await world.say(FOR_A_WHILE)
    await after(world, 30.5)
    assert [it.state for it in await world.ledger.open()] == ["intended"]
    await after(world, 32)
    assert await world.ledger.open() == []
    assert not [it for it in notes(world) if "undone" in it]


async def test_one_for_good_whose_answer_is_lost_is_on_record_with_that_doubt(ground: Ground):
    world, engine = ground
    engine.refuses = TimedOut("cannot change", "web", why="the cluster did not answer")
    await world.say("scale deploy/web --replicas 5 --no-wait")
    (record,) = [it for it in world.journal.written if it.event == "changed"]
    assert record.detail == "deployment local/web: replicas; whether it was done is not known"


async def test_a_change_that_took_longer_than_it_may_stay_is_undone_at_once(ground: Ground):
    world, engine = ground
    change = engine.change

    async def slowly(change_: Change, entry: MadeObject | None) -> None:
        assert entry
        await change(change_, entry)
        await world.ledger.move(entry, replace(entry, state="undone"))  # as another replica does at its end

    engine.change = slowly  # type: ignore[assignment,method-assign]
    await world.say(FOR_A_WHILE)
    assert replicas(engine) == 2
    assert "its time was over before it was changed" in str(world.chat.statuses[0].detail)


async def test_marks_that_are_put_back_once_it_was_undone_do_nothing(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    (marks,) = engine.marks.values()
    await after(world, 30)
    engine.objects["web"], engine.marks["web"] = {"replicas": 5}, marks

    for minutes in (31, 60 * 24 * 9):
        await after(world, minutes)
        await world.pipeline.sweep()
        await world.say("clean --mine")

    assert replicas(engine) == 5
    assert world.chat.whispers[-1].startswith("Nothing of yours is there.")


async def test_nobody_elses_right_undoes_it_while_its_maker_is_not_known(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    asked = list[str]()

    async def unknown(team: str, user: str) -> Person:
        asked.append(user)
        raise Unavailable("Slack does not answer")

    world.directory.person = unknown  # type: ignore[method-assign]
    await after(world, 30)
    assert asked == ["U0ANN"]
    assert replicas(engine) == 5
    assert [it.state for it in await world.ledger.open()] == ["stuck"]


async def test_what_is_left_is_not_said_to_be_removed(ground: Ground):
    world, engine = ground
    await world.say(FOR_A_WHILE)
    engine.objects["web"] = {"replicas": 7}
    await world.say("clean deploy/web")
    assert str(world.chat.whispers[-1]) == (
        "0 removed. Left as it is: `local/deployment/web`: replicas was changed since."
    )
