"""Whoever was let make something that stays uses it again unasked; nobody else does, nowhere else, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog

from bot.actions import catalog
from bot.core.acts import ApprovalPress
from bot.core.person import Person
from bot.core.target import NewObject
from bot.runs import Runs
from tests.fakes.debug.plant import MADE, Plant
from tests.fakes.world import FakeEngine, World
from tests.pipeline.test_planning import APPROVER, OPEN, RESPONDER


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Ann was let make a helper that stays, in the thread of her command."""
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        MADE.clear()
        policy = OPEN.replace("{RULE}", "{ context.approvals >= 1 }")
        world = World(runs, policy=policy, verbs=(*catalog(), Plant))
        world.engine.add("web")
        world.engine.add("other")
        world.directory.people = {
            "U0ANN": Person("T0", "U0ANN", "ann", roles=RESPONDER),
            "U0EVE": Person("T0", "U0EVE", "eve", roles=RESPONDER),
            "U0BOB": Person("T0", "U0BOB", "bob", roles=APPROVER),
        }
        await world.say("plant web --keep")
        (approval,) = world.approvals.kept.values()
        await world.pipeline.take(world.request(ApprovalPress("approve", approval.id), user="U0BOB"))
        assert len(MADE) == 1
        yield world


def thread(world: World) -> str:
    (approval, *_) = world.approvals.kept.values()
    return approval.place.thread


def asked(world: World) -> int:
    """How many requests there were, beside the first."""
    return len(world.approvals.kept) - 1


async def test_a_later_command_of_the_same_power_is_decided_and_audited_and_not_asked_for(world: World):
    await world.say("plant web --keep --reason again", thread=thread(world))

    assert (len(MADE), asked(world)) == (2, 0)
    (approval,) = world.approvals.kept.values()
    details = [it.detail for it in world.journal.written if it.event == "decided"]
    assert f"allowed by request {approval.id}" in details[-1]


@pytest.mark.parametrize(
    ("command", "who", "same_thread"),
    [
        ("plant web --keep", "U0EVE", True),
        ("plant web --keep", "U0ANN", False),
        ("plant other --keep", "U0ANN", True),
        ("plant web --keep --privileged", "U0ANN", True),
        ("plant web --keep --image toolbox:2", "U0ANN", True),
        ("plant web", "U0ANN", True),
    ],
)
async def test_anybody_anywhere_and_anything_else_is_asked_for(world: World, command: str, who: str, same_thread: bool):
    await world.say(command, user=who, thread=thread(world) if same_thread else "")
    assert (len(MADE), asked(world)) == (1, 1)


async def test_it_ends_with_what_was_made(world: World):
    del world.engine.containers["web-helper"]
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)


async def test_what_somebody_else_put_in_its_place_ends_it(world: World):
    helper = world.engine.containers["web-helper"]
    world.engine.containers["web-helper"] = replace(helper, labels={**helper.labels, "cdebug/seal": "0" * 40})
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)


async def test_it_ends_with_the_right_of_whoever_approved(world: World):
    world.directory.people["U0BOB"] = Person("T0", "U0BOB", "bob", roles=RESPONDER)
    world.directory.people["U0DAN"] = Person("T0", "U0DAN", "dan", roles=APPROVER)
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)


async def test_it_ends_where_the_target_is_another(world: World):
    world.engine.add("web", labels={"changed": "since"})
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)


async def test_it_gives_nothing_where_policy_asks_for_more_by_now(world: World):
    world.pipeline._parts.policy.load(OPEN.replace("{RULE}", "{ context.approvals >= 2 }"))
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)


async def test_under_an_approval_of_before_nothing_new_is_made(world: World, monkeypatch: pytest.MonkeyPatch):
    """It ends between the moment in which it is looked for and the moment in which it is used."""
    standing, looked = FakeEngine.standing, list[object]()

    async def once(engine: FakeEngine, thing: NewObject) -> object:
        found = await standing(engine, thing)
        looked.append(found)
        world.engine.containers.clear()
        engine.base.containers.clear()
        return found

    monkeypatch.setattr(FakeEngine, "standing", once)
    await world.say("plant web --keep", thread=thread(world))

    assert len(looked) == 2
    assert len(MADE) == 1
    assert world.chat.statuses[-1].state == "failed"
    assert "it has ended meanwhile" in str(world.chat.statuses[-1].detail)


async def test_what_another_approval_made_is_not_used_under_the_first(world: World):
    """It ended; in another thread the same was approved and made anew."""
    first = thread(world)
    world.engine.containers.pop("web-helper")
    await world.say("plant web --keep")
    second = next(it for it in world.approvals.kept.values() if it.state == "waiting")
    await world.pipeline.take(world.request(ApprovalPress("approve", second.id), user="U0BOB"))
    assert len(MADE) == 2

    await world.say("plant web --keep", thread=first)

    assert (len(MADE), asked(world)) == (2, 2)


async def test_an_approver_whom_slack_knows_no_more_counts_no_more(world: World):
    del world.directory.people["U0BOB"]
    world.directory.people["U0DAN"] = Person("T0", "U0DAN", "dan", roles=APPROVER)
    await world.say("plant web --keep", thread=thread(world))
    assert (len(MADE), asked(world)) == (1, 1)
