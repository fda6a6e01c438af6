"""slack_sdk, unmodified, against the playground: it answers as Slack answers, also when it refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.harness import Conversation, Playground, Slack


@pytest.fixture
async def client(playground: Playground) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient("xoxb-playground", base_url=f"{playground.base}/api/", session=session)


async def refused(call: object) -> str:
    with pytest.raises(SlackApiError) as error:
        await call  # type: ignore[misc]
    return str(error.value.response["error"])


async def test_a_message_is_posted_edited_and_answered(client: AsyncWebClient, channel: Conversation):
    posted = await client.chat_postMessage(channel=channel.channel, text="hello")
    await client.chat_update(channel=channel.channel, ts=posted["ts"], text="bye")
    await client.chat_postMessage(channel=channel.channel, text="a reply", thread_ts=posted["ts"])

    root, reply = await channel.messages()
    assert (root["text"], reply["thread_ts"]) == ("bye", root["ts"])


async def test_a_message_is_found_again_by_its_metadata(client: AsyncWebClient, channel: Conversation):
    signed = {"event_type": "made", "event_payload": {"id": "a"}}
    root = await client.chat_postMessage(channel=channel.channel, text="hello", metadata=signed)
    reply = await client.chat_postMessage(channel=channel.channel, text="a reply", thread_ts=root["ts"])
    await client.chat_update(channel=channel.channel, ts=root["ts"], text="bye")

    shown = await client.conversations_history(channel=channel.channel, include_all_metadata=True)
    plain = await client.conversations_history(channel=channel.channel)
    later = await client.conversations_replies(channel=channel.channel, ts=root["ts"], oldest=root["ts"])

    assert [(m["text"], m["metadata"]) for m in shown["messages"]] == [("bye", signed)]
    assert "metadata" not in plain["messages"][0]
    assert [m["ts"] for m in later["messages"]] == [reply["ts"]]
    assert await refused(client.conversations_replies(channel=channel.channel, ts="1.0")) == "thread_not_found"


async def test_refusals_carry_slacks_own_words(client: AsyncWebClient, channel: Conversation):
    here = channel.channel
    assert await refused(client.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"
    assert await refused(client.chat_postMessage(channel="C0SECRET", text="x")) == "channel_not_found"
    assert await refused(client.api_call("chat.postMessage", json={"channel": here})) == "no_text"
    assert await refused(client.chat_postMessage(channel=here, text="x", blocks=[{"type": "x"}])) == "invalid_blocks"
    assert await refused(client.chat_update(channel=here, ts="1.0", text="x")) == "message_not_found"
    assert await refused(client.chat_postEphemeral(channel=here, user="U0GONE", text="x")) == "user_not_in_channel"
    assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await refused(client.views_open(trigger_id="1.1", view={})) == "invalid_trigger_id"
    assert await refused(client.api_call("chat.delete")) == "unknown_method"


async def test_a_text_over_4000_can_be_posted_and_not_put_in_an_update(client: AsyncWebClient, channel: Conversation):
    posted = await client.chat_postMessage(channel=channel.channel, text="x" * 4001)

    assert (
        await refused(client.chat_update(channel=channel.channel, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"
    )


async def test_another_persons_message_cant_be_edited(client: AsyncWebClient, channel: Conversation):
    said = await channel.type("mine")

    assert await refused(client.chat_update(channel=channel.channel, ts=said["ts"], text="x")) == "cant_update_message"


async def test_a_wrong_token_is_refused(playground: Playground):
    async with aiohttp.ClientSession() as session:
        wrong = AsyncWebClient("xoxb-wrong", base_url=f"{playground.base}/api/", session=session)
        assert await refused(wrong.auth_test()) == "invalid_auth"
        app = AsyncWebClient("xapp-playground", base_url=f"{playground.base}/api/", session=session)
        assert await refused(app.auth_test()) == "not_allowed_token_type"


async def test_more_than_a_burst_is_told_to_wait(client: AsyncWebClient, channel: Conversation):
    for number in range(5):
        await client.chat_postMessage(channel=channel.channel, text=str(number))

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel=channel.channel, text="too much")

    assert error.value.response.status_code == 429
    assert error.value.response.headers["Retry-After"] == "1"


async def test_a_file_is_uploaded_in_three_steps(client: AsyncWebClient, channel: Conversation):
    posted = await client.chat_postMessage(channel=channel.channel, text="root")
    await client.files_upload_v2(channel=channel.channel, thread_ts=posted["ts"], content="data", filename="a.txt")

    file = (await channel.messages())[-1]["files"][0]
    assert await channel.slack.file(file) == b"data"


async def test_a_payload_that_nobody_acknowledges_is_a_timeout_for_the_person(tmp_path_factory: pytest.TempPathFactory):
    alone = Playground(tmp_path_factory.mktemp("alone"))
    slack = Slack(alone.base)
    try:
        started = time.monotonic()
        answer = await Conversation(slack, "C0INCIDENT").type("/cdebug ps")
        assert answer == {"acknowledged": False}
        assert time.monotonic() - started < 4
        messages = (await slack.state())["messages"]["C0INCIDENT"]
        assert "operation_timeout" in messages[-1]["text"]
    finally:
        await slack.close()
        await asyncio.to_thread(alone.end)


async def test_a_slash_command_does_not_exist_in_a_thread(channel: Conversation):
    said = await channel.type("hello")

    await channel.type("/cdebug ps", thread=said["ts"])

    await channel.whispered("is not supported in threads")
