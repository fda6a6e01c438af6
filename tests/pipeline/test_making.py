"""What a command makes goes away again, whatever happens to the command, the bot and its memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import docker
import pytest
import structlog

from bot.actions import catalog
from bot.backends.docker import connect
from bot.core.acts import ApprovalPress
from bot.core.errors import Unavailable
from bot.core.ledger import MadeObject
from bot.core.person import Person
from bot.core.view import NoteView
from bot.pipeline.run.undoing import signer
from bot.runs import Runs
from tests.fakes.debug.plant import MADE, Plant
from tests.fakes.world import NOW, World
from tests.harness import BASE, make
from tests.pipeline.test_planning import OPEN

ALLOWED = '@id("all") permit (principal, action, resource);'


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        MADE.clear()
        world = World(runs, policy=ALLOWED, verbs=(*catalog(), Plant))
        world.engine.add("web")
        world.directory.people = {"U0ANN": Person("T0", "U0ANN", "ann", roles=frozenset({"responder"}))}
        yield world


def events(world: World) -> list[str]:
    return [entry.event for entry in world.journal.written]


def left(world: World) -> list[str]:
    return [name for name in world.engine.containers if name != "web"]


async def later(world: World, seconds: float) -> None:
    """The sweep, when so much time has gone by."""
    object.__setattr__(world.pipeline._parts, "now", lambda: NOW + timedelta(seconds=seconds))
    await world.pipeline.sweep()


def entry_of(world: World, **more: object) -> MadeObject:
    entry = MadeObject(
        "e1", "c1", "local", "", "container", "web-helper", "T0", "U0ANN", "C0", "1.0", "plant",
        NOW.timestamp() + 60, "made",
    )  # fmt: skip
    return replace(entry, **more).sealed(signer(world.pipeline._parts))  # type: ignore[arg-type]


async def test_a_run_makes_what_was_planned_and_undoes_it(world: World):
    await world.say("plant web")

    assert MADE == ["web-helper of toolbox:1"]
    assert left(world) == []
    assert [entry.state for entry in world.ledger.entries.values()] == ["undone"]
    assert events(world) == ["asked", "decided", "made", "undone", "ended"]


async def test_what_cannot_be_written_down_is_not_made(world: World):
    async def fails(entry: MadeObject) -> None:
        raise Unavailable("cdebug's memory does not answer")

    world.ledger.intend = fails  # type: ignore[method-assign]

    await world.say("plant web")

    assert MADE == []
    assert left(world) == []
    assert world.chat.statuses[0].state == "failed"


async def test_an_image_that_is_missing_leaves_nothing_open(world: World):
    await world.say("plant web --image nowhere:1")

    assert world.chat.statuses[0].state == "failed"
    assert await world.ledger.open() == []


async def test_what_could_not_be_removed_is_stuck_and_swept(world: World):
    world.engine.stuck = Unavailable("cannot remove", "web-helper", why="the engine can't be reached")
    await world.say("plant web")
    assert world.chat.statuses[0].state == "done"
    assert [entry.state for entry in await world.ledger.open()] == ["stuck"]
    assert left(world) == ["web-helper"]

    await later(world, 1)
    assert left(world) == ["web-helper"]

    world.engine.stuck = None
    await later(world, 2)
    assert left(world) == []
    assert await world.ledger.open() == []
    assert events(world)[-3:] == ["stuck", "ended", "undone"]


async def test_a_run_that_is_stopped_undoes_what_it_made(world: World):
    running = asyncio.create_task(world.say("plant web --stays 60"))
    while not left(world):
        await asyncio.sleep(0.01)

    for run in world.runs._live.values():
        run.by = "<@U0ANN>"
        run.task.cancel()
    await asyncio.wait([running])

    assert left(world) == []
    assert await world.ledger.open() == []


async def test_what_a_dead_replica_made_is_swept_once_it_has_expired(world: World):
    entry = entry_of(world)
    world.engine.add("web-helper", labels=entry.labels)
    await world.ledger.intend(entry)

    await later(world, 59)
    assert left(world) == ["web-helper"]

    await later(world, 60)
    assert left(world) == []
    assert (events(world), world.journal.written[0].user) == (["undone"], "U0ANN")


async def test_what_was_made_is_found_by_its_labels_where_the_ledger_is_lost(world: World):
    world.engine.add("web-helper", labels=entry_of(world).labels)
    world.engine.add("somebody-elses", labels={"app": "web"})

    await later(world, 59)
    assert left(world) == ["web-helper", "somebody-elses"]
    await later(world, 60)
    assert left(world) == ["somebody-elses"]


@pytest.mark.parametrize(
    "damage",
    [
        {"cdebug/expires": "0"},
        {"cdebug/expires": "soon"},
        {"cdebug/user": "U1> <!channel"},
        {"cdebug/verb": "v" * 100_000},
        {"cdebug/made": "another"},
        {"cdebug/seal": ""},
        {"cdebug/seal": "0" * 40},
    ],
)
async def test_labels_that_somebody_else_wrote_remove_nothing_and_are_on_no_record(
    world: World, damage: dict[str, str]
):
    world.engine.add("web-helper", labels={**entry_of(world).labels, **damage})
    await later(world, 3_600)
    assert left(world) == ["web-helper"]
    assert events(world) == []


async def test_what_inherits_its_labels_from_an_image_is_not_removed(world: World):
    world.engine.add("prod-db", labels=entry_of(world).labels)
    await later(world, 3_600)
    assert left(world) == ["prod-db"]
    assert events(world) == []


async def test_what_appears_after_it_was_given_up_is_removed_at_the_next_sweep(world: World):
    entry = entry_of(world, state="intended")
    await world.ledger.intend(replace(entry, state="undone"))
    world.engine.add("web-helper", labels=entry.labels)
    await later(world, 1)
    assert left(world) == []
    assert events(world) == ["undone"]


async def test_what_stays_stuck_is_on_record_once(world: World):
    world.engine.add("web-helper", labels=entry_of(world).labels)
    world.engine.stuck = Unavailable("cannot remove", "web-helper", why="the engine can't be reached")
    for seconds in (60, 120, 180):
        await later(world, seconds)
    assert events(world) == ["stuck"]


async def test_a_second_stop_does_not_keep_what_was_made(world: World):
    unmake = world.engine.unmake

    async def slowly(entry: MadeObject) -> bool:
        await asyncio.sleep(0.2)
        return await unmake(entry)

    world.engine.unmake = slowly  # type: ignore[method-assign]
    running = asyncio.create_task(world.say("plant web --stays 60"))
    while not left(world):
        await asyncio.sleep(0.01)
    for _ in range(3):
        for run in world.runs._live.values():
            run.by = "<@U0ANN>"
            run.task.cancel()
        await asyncio.sleep(0.03)
    await asyncio.wait([running])

    assert left(world) == []
    assert await world.ledger.open() == []


async def test_what_was_intended_and_never_made_is_forgotten(world: World):
    entry = entry_of(world, state="intended")
    world.engine.add("web-helper", labels={"app": "of somebody else, with that name"})
    await world.ledger.intend(entry)

    await later(world, 60)

    assert left(world) == ["web-helper"]
    assert await world.ledger.open() == []


async def test_can_makes_nothing(world: World):
    await world.say("can plant web")
    assert (MADE, left(world), world.ledger.entries) == ([], [], {})


@pytest.mark.parametrize(("how", "why"), [("--swapped", "it was not planned"), ("--endless", "it has no end")])
async def test_what_was_not_planned_or_has_no_end_is_not_made(world: World, how: str, why: str):
    await world.say(f"plant web {how}")
    assert why in str(world.chat.statuses[-1].detail)
    assert (left(world), world.ledger.entries) == ([], {})


async def test_the_example_of_a_verb_goes_its_whole_way_on_a_real_engine(engine: str, containers: docker.APIClient):
    """Planned, asked for, approved, made, shown, undone: CONTRIBUTING's example, `tests/fakes/debug/plant.py`."""
    make(containers, "plant-target", "sleep 600")
    real = connect("local", engine)
    rule = OPEN.replace("{RULE}", f'{{ context.approvals >= 1 && context.plan.images == ["{BASE}"] }}')
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        world = World(runs, policy=rule, verbs=(*catalog(), Plant), engine=real)  # type: ignore[arg-type]
        world.directory.people = {
            "U0ANN": Person("T0", "U0ANN", "ann", roles=frozenset({"responder"})),
            "U0BOB": Person("T0", "U0BOB", "bob", roles=frozenset({"approver"})),
        }
        await world.say(f"plant plant-target --image {BASE} --stays 2")
        assert [status.state for status in world.chat.statuses] == ["waiting for approval"]
        assert helpers(containers) == []

        (approval,) = world.approvals.kept.values()
        press = world.request(ApprovalPress("approve", approval.id), user="U0BOB")
        approving = asyncio.create_task(world.pipeline.take(press))
        while not helpers(containers):
            assert not approving.done(), world.chat.results
            await asyncio.sleep(0.05)
        (helper,) = helpers(containers)
        await approving

    assert helper["Labels"]["cdebug/user"] == "U0ANN"
    assert world.chat.statuses[0].state == "done"
    assert NoteView("`plant-target-helper` is running.") in world.chat.results
    assert helpers(containers) == []
    assert await world.ledger.open() == []
    await real.close()


def helpers(containers: docker.APIClient) -> list[Any]:
    return list(containers.containers(all=True, filters={"name": "plant-target-helper"}))


async def test_what_was_planned_once_is_made_once(world: World):
    await world.say("plant web --twice")
    assert events(world) == ["asked", "decided", "made", "undone", "ended"]
    assert "not done: it was not planned" in str(world.chat.statuses[-1].detail)
