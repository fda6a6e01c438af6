"""A verb that plans, from its card to its run: an invented one, through the whole journey on a world in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import structlog

from bot.actions import catalog
from bot.core.acts import ApprovalPress
from bot.core.person import Person
from bot.core.view import CardView
from bot.runs import Runs
from tests.fakes.debug.plant import MADE, Plant
from tests.fakes.world import World

RESPONDER, APPROVER = frozenset({"responder"}), frozenset({"approver"})
OPEN = """
@id("reads") permit (principal, action in [Action::"look", Action::"can"], resource);
@id("debugs") permit (principal, action == Action::"plant", resource) when {RULE};
@id("approves") permit (principal in Role::"approver", action in [Action::"approve", Action::"deny"], resource);
"""


@pytest.fixture
async def runs() -> AsyncIterator[Runs]:
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        MADE.clear()
        yield runs


def world_of(runs: Runs, rule: str) -> World:
    world = World(runs, policy=OPEN.replace("{RULE}", f"{{ {rule} }}"), verbs=(*catalog(), Plant))
    world.engine.add("web")
    world.directory.people = {
        "U0ANN": Person("T0", "U0ANN", "ann", roles=RESPONDER),
        "U0BOB": Person("T0", "U0BOB", "bob", roles=APPROVER),
    }
    return world


def card_of(world: World) -> CardView:
    return next(view for view in world.chat.results if isinstance(view, CardView))


async def test_the_card_names_all_of_the_plan_and_an_approval_runs_it(runs: Runs):
    world = world_of(runs, "context.approvals >= 1")

    await world.say("plant web")
    groups = dict(card_of(world).groups)
    assert ("creates", "local/container/web-helper") in groups["Plan"]
    assert ("gains capability", "SYS_PTRACE") in groups["Plan"]
    assert ("ends by itself", "after 30m (1800 seconds)") in groups["Plan"]
    assert ("not taken", "as the target's user: it can't see other people's processes") in groups["Plan"]
    assert not MADE

    (approval,) = world.approvals.kept.values()
    await world.pipeline.take(world.request(ApprovalPress("approve", approval.id), user="U0BOB"))

    assert MADE == ["web-helper of toolbox:1"]


async def test_an_approval_is_void_once_the_plan_is_another(runs: Runs):
    world = world_of(runs, "context.approvals >= 1")
    await world.say("plant web")
    (approval,) = world.approvals.kept.values()
    world.engine.add("web", labels={"changed": "since"})

    await world.pipeline.take(world.request(ApprovalPress("approve", approval.id), user="U0BOB"))

    assert not MADE
    assert world.chat.statuses[0].state == "denied"
    assert "is void" in world.chat.statuses[0].detail


@pytest.mark.parametrize(
    ("rule", "command", "state"),
    [
        ('context.plan.images == ["toolbox:1"]', "plant web", "done"),
        ('context.plan.images == ["toolbox:1"]', "plant web --image evil:1", "denied"),
        ("!context.plan.privileged", "plant web", "done"),
        ("!context.plan.privileged", "plant web --privileged", "denied"),
        ("!context.plan.privileged || context.approvals >= 1", "plant web --privileged", "waiting for approval"),
        ('context.plan.creates.contains("container/web-helper")', "plant web", "done"),
        ('context.plan.capabilities.contains("SYS_ADMIN")', "plant web", "denied"),
        ('resource.name != "web-helper"', "plant web", "denied"),
        ('resource.name != "vault"', "plant web --without vault", "denied"),
    ],
)
async def test_a_rule_judges_what_is_planned_and_knows_no_verb(runs: Runs, rule: str, command: str, state: str):
    world = world_of(runs, rule)

    await world.say(command)

    assert world.chat.statuses[0].state == state
    assert bool(MADE) == (state == "done")


async def test_can_answers_of_the_plan_and_makes_nothing(runs: Runs):
    world = world_of(runs, 'context.plan.images == ["toolbox:1"] && context.approvals >= 1')
    await world.say("can plant web")
    assert "ask for 1: policy `debugs`. Who can approve it: <@U0BOB>" in world.chat.whispers[0]
    assert not MADE


async def test_a_plan_that_reaches_what_is_hidden_finds_nothing_of_that_name(runs: Runs):
    world = world_of(runs, "true")
    world.pipeline._parts.policy.load(
        OPEN.replace("{RULE}", "{ true }")
        + '@id("hidden") forbid (principal, action, resource) when { resource.name == "vault" };'
    )
    await world.say("plant web --without vault")
    assert world.chat.statuses[0].state == "failed"
    assert "`plant` can't be used on `local/web`" in world.chat.statuses[0].detail
    assert not MADE
