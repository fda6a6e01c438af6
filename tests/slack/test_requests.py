"""Slack's payloads as requests; what isn't for the bot is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.request import Request
from bot.slack.requests import from_payload


def read(body: dict[str, Any]) -> Request | None:
    return from_payload(body, "U0BOT", "id", 1.0)


def event(**fields: Any) -> dict[str, Any]:
    message = {"type": "message", "user": "U0ANN", "text": "<@U0BOT> ps", "ts": "1.2", "channel": "C1", **fields}
    return {"type": "event_callback", "team_id": "T0", "event": message}


def test_a_slash_command():
    body = {
        "command": "/cdebug", "text": "logs web", "team_id": "T0", "user_id": "U0ANN", "channel_id": "C1",
        "trigger_id": "9.9", "response_url": "http://r",
    }  # fmt: skip
    request = read(body)
    assert request
    assert (request.kind, request.text, request.thread, request.dedup) == ("command", "logs web", "", "trigger.9.9")


def test_a_mention_arrives_twice_and_has_one_key():
    one, other = read(event(type="app_mention")), read(event(channel_type="channel"))
    assert one
    assert other
    assert one.dedup == other.dedup
    assert one.text == "ps"


@pytest.mark.parametrize(
    "text", ["hey <@U0BOT> logs web", "&gt; <@U0BOT> exec web -- id", "`<@U0BOT> ps`", "see <@U0BOT>"]
)
def test_a_mention_that_does_not_begin_a_message_is_no_command(text: str):
    assert read(event(text=text, thread_ts="1.0")) is None


def test_the_neighbour_a_mention_at_the_beginning_is_one():
    request = read(event(text=" <@U0BOT> logs web", thread_ts="1.0"))
    assert request
    assert (request.text, request.thread) == ("logs web", "1.0")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "no mention"},
        {"subtype": "message_changed"},
        {"bot_id": "B1"},
        {"user": "U0BOT"},
        {"edited": {"ts": "1"}},
        {"type": "reaction_added"},
        {"ts": None, "user": None},
    ],
)
def test_what_is_not_for_the_bot(fields: dict[str, Any]):
    assert read(event(**fields)) is None


def test_a_direct_message_needs_no_mention():
    request = read(event(channel_type="im", text="ps"))
    assert request
    assert request.text == "ps"


def test_a_button_and_a_menu():
    base = {
        "type": "block_actions", "trigger_id": "1", "user": {"id": "U0ANN"}, "team": {"id": "T0"},
        "channel": {"id": "C1"}, "container": {"message_ts": "2.0", "thread_ts": "1.0"},
    }  # fmt: skip
    press = read({**base, "actions": [{"action_id": "older", "value": "w1"}]})
    choice = read({**base, "actions": [{"action_id": "pick:m1", "selected_option": {"value": "3"}}]})
    assert press
    assert choice
    assert (press.kind, press.action, press.value, press.thread) == ("press", "older", "w1", "1.0")
    assert (choice.kind, choice.action, choice.value) == ("choose", "m1", "3")


KEYS = st.sampled_from(["type", "event", "command", "actions", "view", "user", "team", "channel", "text", "ts"])
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["command", "event", "actions", "view", "user", "team_id"]), JSON),
    st.sampled_from(["event_callback", "block_actions", "view_submission", "else"]),
)
def test_a_malformed_payload_is_nothing(body: dict[str, Any], kind: str):
    body.pop("type", None)
    assert read({**body, "type": kind}) is None


def test_a_request_survives_the_inbox():
    request = read(event())
    assert request
    assert Request.from_json(request.to_json()) == request
