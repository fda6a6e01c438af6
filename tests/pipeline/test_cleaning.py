"""`clean`: what cdebug made, who may know of it, and who may remove it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog

from bot.core.errors import Unavailable
from bot.core.ledger import MadeObject
from bot.core.person import Person
from bot.pipeline.run.undoing import signer
from bot.runs import Runs
from tests.fakes.world import NOW, World

RESPONDER, APPROVER = frozenset({"responder"}), frozenset({"responder", "approver"})
POLICY = """
@id("reads") permit (principal, action in [Action::"look", Action::"desk"], resource)
unless { action in [Action::"approve", Action::"deny"] };
@id("approves") permit (principal in Role::"approver", action in [Action::"approve", Action::"deny"], resource);
@id("hidden") forbid (principal == Person::"T0/U0CEM", action, resource) when { resource.hasTag("hidden") };
"""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        world = World(runs, policy=POLICY)
        world.directory.people = {
            "U0ANN": Person("T0", "U0ANN", "ann", roles=RESPONDER),
            "U0BOB": Person("T0", "U0BOB", "bob", roles=APPROVER),
            "U0CEM": Person("T0", "U0CEM", "cem", roles=APPROVER),
        }
        for name, user in (("helper-of-ann", "U0ANN"), ("helper-of-bob", "U0BOB")):
            world.engine.add(name, labels={**entry_of(world, name, user).labels, "hidden": "yes"})
        world.engine.add("web")
        yield world


def entry_of(world: World, name: str, user: str) -> MadeObject:
    entry = MadeObject(
        f"id-{name}",
        "c1",
        "local",
        "",
        "container",
        name,
        "T0",
        user,
        "C0",
        "1.0",
        "debug",
        NOW.timestamp() + 60,
        "made",
    )
    return entry.sealed(signer(world.pipeline._parts))


def left(world: World) -> set[str]:
    return set(world.engine.containers)


async def test_it_lists_what_is_there_for_whom_and_until_when(world: World):
    await world.say("clean")
    said = world.chat.whispers[0]
    assert "`local/helper-of-ann` by `debug` for <@U0ANN> until 12:01 UTC" in said
    assert "helper-of-bob" in said
    assert "web" not in said


async def test_ones_own_are_removed_by_name_or_all_at_once_and_that_is_on_record(world: World):
    await world.say("clean helper-of-ann")
    assert world.chat.whispers == ["1 removed."]
    assert left(world) == {"helper-of-bob", "web"}
    assert [it.event for it in world.journal.written] == ["ran", "undone"]

    await world.say("clean --mine", user="U0BOB")
    assert left(world) == {"web"}


async def test_somebody_elses_is_removed_by_whoever_may_approve_it_and_nobody_else(world: World):
    await world.say("clean helper-of-ann helper-of-bob")
    assert "not yours to remove: `local/helper-of-bob`" in world.chat.whispers[0]
    assert left(world) == {"helper-of-ann", "helper-of-bob", "web"}

    await world.say("clean helper-of-ann", user="U0BOB")
    assert left(world) == {"helper-of-bob", "web"}


async def test_who_may_approve_is_asked_of_what_it_stands_for_and_not_of_the_place(world: World):
    protected = POLICY.replace(
        'in [Action::"approve", Action::"deny"], resource);',
        'in [Action::"approve"], resource) unless { resource.hasTag("hidden") };',
    )
    assert protected != POLICY
    world.pipeline._parts.policy.load(protected)
    await world.say("clean helper-of-ann", user="U0BOB")
    assert "not yours to remove" in world.chat.whispers[0]
    assert "helper-of-ann" in left(world)


@pytest.mark.parametrize("name", ["local/helper-of-ann", "helper-of-ann"])
async def test_it_is_named_as_it_is_listed_or_shorter(world: World, name: str):
    await world.say(f"clean {name}")
    assert world.chat.whispers == ["1 removed."]


async def test_an_empty_name_names_nothing(world: World):
    await world.say("clean ''")
    assert "cdebug made nothing that is called" in world.chat.whispers[0]
    assert len(left(world)) == 3


@pytest.mark.parametrize("command", ["clean helper-of-ann", "clean web", "clean nothing"])
async def test_what_is_hidden_and_what_cdebug_did_not_make_is_not_there(world: World, command: str):
    await world.say(command, user="U0CEM")
    assert "cdebug made nothing that is called" in world.chat.whispers[0]
    await world.say("clean", user="U0CEM")
    assert world.chat.whispers[1] == "Nothing that cdebug made is there."
    assert left(world) == {"helper-of-ann", "helper-of-bob", "web"}


async def test_labels_that_somebody_forged_are_not_listed(world: World):
    forged = replace(entry_of(world, "prod-db", "U0ANN"), seal="0" * 40)
    world.engine.add("prod-db", labels=forged.labels)
    await world.say("clean --mine")
    assert "prod-db" in left(world)


async def test_what_can_not_be_removed_now_is_said_and_tried_again(world: World):
    world.engine.stuck = Unavailable("cannot remove", "helper-of-ann", why="the engine can't be reached")
    await world.say("clean --mine")
    assert world.chat.whispers == ["0 removed. Not yet, and tried again each minute: local/helper-of-ann."]
    assert [it.state for it in await world.ledger.open()] == ["stuck"]
