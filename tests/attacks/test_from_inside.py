"""Somebody in the workspace who wants to see, ping or break what they may not."""

from __future__ import annotations

import json

import docker
import pytest

from tests.conftest import new_channel
from tests.harness import Conversation, Slack, make

pytestmark = pytest.mark.usefixtures("bot", "shop")
SECRET = "correct-horse-battery"


@pytest.mark.parametrize(
    ("user", "why"),
    [("U0STRANGER", "people of other workspaces"), ("U0GUEST", "guests can't use cdebug")],
)
async def test_strangers_and_guests_are_refused_and_no_root_is_posted(channel: Conversation, user: str, why: str):
    visitor = channel.as_(user)
    await visitor.type("/cdebug ps")

    await visitor.whispered(f"denied: {why}")
    assert all(message["only_for"] for message in await visitor.messages())


async def test_a_guest_cant_press_what_a_member_asked_for(channel: Conversation):
    root, _ = await channel.run("logs web --tail 20")
    result = await channel.replied(root, "```")
    visitor = channel.as_("U0GUEST")

    await visitor.press(root, "Again")
    await visitor.press(result, "Save")

    await visitor.until(lambda all_: len([m for m in all_ if "guests can't" in m["text"]]) == 2, "two refusals")
    assert not [message for message in await channel.messages() if message["files"]]
    assert (await channel.thread(root))[0]["edited"] == 0


async def test_nothing_is_read_in_a_channel_shared_with_another_company(slack: Slack):
    shared = await new_channel(slack, shared=True)
    for command in ("ps", "logs web"):
        _, thread = await shared.run(command, ends="denied")
        assert "not-in-shared-channels" in thread[0]["text"]
    await shared.type("@cdebug grep x")
    await shared.whispered("denied")


@pytest.mark.parametrize(
    "command",
    [
        "inspect checkout",
        "inspect checkout --path .Config.Env",
        "inspect checkout --path .Config.Env[0]",
        "inspect checkout --path '.[0].Config'",
        "describe checkout",
        "logs checkout",
        "processes web",
    ],
)
async def test_a_secret_of_the_environment_is_shown_nowhere(channel: Conversation, command: str):
    root, _ = await channel.run(command)

    await channel.type("@cdebug save", thread=root["ts"])
    await channel.until(lambda all_: [m for m in all_ if m["files"]], "the file")
    messages = await channel.messages()
    files = [await channel.slack.file(file) for message in messages for file in message["files"]]
    assert SECRET not in json.dumps(messages)
    assert "tok-3f9a8b7c6d5e" not in json.dumps(messages)
    assert not [data for data in files if SECRET.encode() in data]


async def test_a_grep_cant_guess_a_hidden_value(channel: Conversation):
    root, _ = await channel.run("logs checkout")
    for guess in ("correct", "horse", "c[o]rrect-h"):
        await channel.type(f"@cdebug grep '{guess}'", thread=root["ts"])
        await channel.replied(root, f"No line matches `{guess}`.")
    _, thread = await channel.run("logs checkout --grep correct-horse")
    assert thread[0]["text"].startswith("No line of its log matches")


async def test_a_name_of_a_container_cant_ping(channel: Conversation, containers: docker.APIClient):
    make(containers, "plain", "echo '<!everyone> <@U0BOB>'; sleep 60", labels={"note": "<!channel>"})
    for command in ("logs plain", "inspect plain", "logs '<!channel>'", "ps --nope '<!here>'"):
        await channel.type(f"/cdebug {command}")
    await channel.until(lambda all_: len([m for m in all_ if m["text"].startswith("done")]) == 2, "two answers")
    await channel.whispered("ps")

    text = json.dumps([message["text"] for message in await channel.messages()])
    assert "<!" not in text
    assert "<@U0BOB>" not in text


@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*)*x", "(a|a)*b", "x{1000}{1000}", "[" * 400])
async def test_a_pattern_cant_hang_the_bot(channel: Conversation, pattern: str):
    await channel.type(f"/cdebug logs web --grep '{pattern}'")
    await channel.run("ps")
