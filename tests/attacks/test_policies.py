"""Somebody who meets rules of an operator's own: approvals for reading, a hidden namespace, forbidden buttons."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from bot.app import SHIPPED_POLICY
from tests.attacks.conftest import nothing_for
from tests.conftest import new_channel
from tests.harness import Bot, Conversation, Json, Playground, Slack, asked, make, temporary_folder

RULES = """
@id("stats-need-a-second-person")
forbid (principal, action == Action::"stats", resource)
when { context.approvals < 1 };

@id("the-attic-is-hidden")
forbid (principal, action, resource)
when { resource.namespace == "attic" && !(principal in Role::"approver") };

@id("only-responders-keep-and-end")
forbid (principal, action in [Action::"save", Action::"grep", Action::"again", Action::"stop"], resource)
unless { principal in Role::"responder" };
"""


@pytest.fixture(scope="module")
def ruled(engine: str, containers: docker.APIClient) -> Iterator[Bot]:
    make(containers, "ruled", "while true; do echo tick; sleep 1; done")
    labels = {"com.docker.compose.project": "attic", "com.docker.compose.service": "trunk"}
    make(containers, "trunk", "echo in the attic; sleep 3600", labels=labels)
    with temporary_folder() as folder:
        playground = Playground(folder)
        policy = folder / "policy.cedar"
        policy.write_text(f"{SHIPPED_POLICY.read_text()}\n{RULES}\n")
        bot = Bot(folder, playground.base, engine, policy=str(policy)).start()
        yield bot
        bot.end()
        playground.end()
    for name in ("ruled", "trunk"):
        containers.remove_container(name, force=True)


@pytest.fixture
async def room(ruled: Bot) -> AsyncIterator[Conversation]:
    slack = Slack(ruled.base)
    yield await new_channel(slack)
    await slack.close()


@pytest.mark.parametrize("command", ["stats ruled", "stats"])
async def test_reading_that_needs_an_approval_runs_once_it_has_one(room: Conversation, command: str):
    root, card = await asked(room, command)
    if command == "stats ruled":
        assert "container: ruled" in card["text"]

    await room.as_("U0BOB").press(card, "Approve")

    await room.ended(root, "done")
    assert "ruled" in "".join(m["text"] for m in await room.thread(root) if m["text"].startswith("```"))


PLACES = ["ps -n {}", "ps -a -n {}", "logs {}/trunk", "describe -n {} trunk", "exec -n {} trunk -- id", "events -n {}",
          "can logs {}/trunk", "stats -n {} trunk"]  # fmt: skip


@pytest.mark.parametrize("command", PLACES)
@pytest.mark.parametrize("user", ["U0ANN", "U0CEM"])
async def test_a_hidden_namespace_and_a_missing_one_get_the_same_words(room: Conversation, user: str, command: str):
    if user == "U0CEM" and command.startswith(("exec", "stats")):
        return  # what he may not do anywhere, he is told of either
    hidden = await nothing_for(room, user if user == "U0ANN" else "U0EVE", f"/cdebug {command.format('attic')}")
    missing = await nothing_for(room, user if user == "U0ANN" else "U0EVE", f"/cdebug {command.format('attix')}")
    assert [_alike(text) for text in hidden] == [_alike(text) for text in missing]
    assert "the-attic-is-hidden" not in "".join(hidden)


def _alike(text: str) -> str:
    """Without the place's name and the time that it took."""
    # How far back the engine remembers is the same for all places, and moves between two questions.
    text = re.sub(r" (Anything older than .* events\.|`--since 1d` looks further back\.)", "", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "TIME", text)
    return re.sub(r"in \d+(\.\d+)?m?s", "in TIME", text.replace("attic", "PLACE").replace("attix", "PLACE"))


async def test_the_neighbour_who_may_see_the_namespace_does(room: Conversation):
    _, thread = await room.as_("U0BOB").run("logs attic/trunk")
    assert "in the attic" in thread[0]["text"]


async def test_a_button_is_no_weaker_than_its_word(room: Conversation):
    root, _ = await room.run("logs ruled --tail 3")
    result = await room.replied(root, "```")
    eve = room.as_("U0GUS")
    await room.slack.post("/_/people", id="U0GUS", name="gus", real_name="Gus")
    members = ["U0ANN", "U0BOB", "U0GUS", "U0CDEBUG"]
    await room.slack.post("/_/channels", id=room.channel, name=room.channel.lower(), members=members)

    for button, message in (("Save", result), ("Filter", result), ("Again", root)):
        await eve.press(message, button)
    await eve.until(
        lambda all_: len([m for m in all_ if "only-responders-keep-and-end" in m["text"]]) == 3, "three refusals"
    )

    assert not [m for m in await room.messages() if m["files"]]
    assert not (await room.slack.state("U0GUS"))["views"]
    assert (await room.now(root))["edited"] == root["edited"]


async def test_nobody_stops_what_they_may_not_stop(room: Conversation):
    await room.type("/cdebug logs ruled -f")
    root: Json = await room.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await room.replied(root, "tick")
    await room.slack.post("/_/people", id="U0GUS", name="gus", real_name="Gus")
    members = ["U0ANN", "U0BOB", "U0GUS", "U0CDEBUG"]
    await room.slack.post("/_/channels", id=room.channel, name=room.channel.lower(), members=members)
    gus = room.as_("U0GUS")

    await gus.press(await room.now(root), "Stop")
    await gus.whispered("denied: you may not use `stop` here")
    await gus.type("@cdebug stop", thread=root["ts"])
    await room.until(
        lambda all_: len([m for m in all_ if "you may not use `stop`" in m["text"]]) >= 1, "the same, typed"
    )
    assert (await room.now(root))["text"].startswith("running")

    await room.press(await room.now(root), "Stop")  # the neighbour: a responder may
    await room.ended(root, "stopped")
