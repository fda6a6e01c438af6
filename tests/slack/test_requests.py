"""Slack's payloads as requests; what isn't for the bot is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.acts import (
    AgainPress,
    ApprovalPress,
    DenialForm,
    FilledForm,
    FilterForm,
    MenuChoice,
    Press,
    ResultPress,
    RunPress,
    TypedCommand,
)
from bot.core.request import Request
from bot.core.view import Form
from bot.slack.acts import ids_of, menu_id
from bot.slack.blocks import form_modal
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
    assert (request.act, request.thread, request.dedup) == (TypedCommand("logs web"), "", "trigger.9.9")


def test_a_mention_arrives_twice_and_has_one_key():
    one, other = read(event(type="app_mention")), read(event(channel_type="channel"))
    assert one
    assert other
    assert one.dedup == other.dedup
    assert one.act == TypedCommand("ps")


@pytest.mark.parametrize(
    "text", ["hey <@U0BOT> logs web", "&gt; <@U0BOT> exec web -- id", "`<@U0BOT> ps`", "see <@U0BOT>"]
)
def test_a_mention_that_does_not_begin_a_message_is_no_command(text: str):
    assert read(event(text=text, thread_ts="1.0")) is None


def test_the_neighbour_a_mention_at_the_beginning_is_one():
    request = read(event(text=" <@U0BOT> logs web", thread_ts="1.0"))
    assert request
    assert (request.words, request.thread) == ("logs web", "1.0")


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
    assert request.act == TypedCommand("ps")


BASE = {
    "type": "block_actions", "trigger_id": "1", "user": {"id": "U0ANN"}, "team": {"id": "T0"},
    "channel": {"id": "C1"}, "container": {"message_ts": "2.0", "thread_ts": "1.0"},
}  # fmt: skip
PRESSES: list[Press] = [
    RunPress("stop"), RunPress("interrupt"), AgainPress("m1"),
    ApprovalPress("approve", "a1"), ApprovalPress("deny", "a1"), ApprovalPress("arguments", "a1"),
    ResultPress("older", "w1"), ResultPress("newer", "w1"), ResultPress("filter", "w1"), ResultPress("save", "w1"),
]  # fmt: skip


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.word)
def test_a_button_comes_back_as_the_press_that_it_was_made_of(press: Press):
    action_id, value = ids_of(press)
    assert value
    request = read({**BASE, "actions": [{"action_id": action_id, "value": value}]})
    assert request
    assert (request.act, request.thread) == (press, "1.0")


def test_a_menus_choice_comes_back_as_its_index():
    request = read({**BASE, "actions": [{"action_id": menu_id("m1"), "selected_option": {"value": "3"}}]})
    assert request
    assert request.act == MenuChoice("m1", 3)


@pytest.mark.parametrize(
    ("action_id", "value"), [("pick:m1", "x"), ("pick:m1", ""), ("reboot", "w1"), ("", ""), ("pick:m1", "9" * 5000)]
)
def test_a_button_that_is_none_of_ours_is_nothing(action_id: str, value: str):
    assert read({**BASE, "actions": [{"action_id": action_id, "value": value}]}) is None


@pytest.mark.parametrize("form", [FilterForm("w1", "a|b"), DenialForm("a1", "not now")])
def test_a_form_comes_back_with_what_was_typed(form: FilledForm):
    shown = form_modal(Form("Title", "Label", "Hint", form), {"channel": "C1", "thread": "1.0", "message": "2.0"})
    typed = {"form": {"text": {"value": form.words}}}
    view = {**shown, "id": "V1", "state": {"values": typed}}
    request = read({"type": "view_submission", "user": {"id": "U0ANN"}, "team": {"id": "T0"}, "view": view})
    assert request
    assert (request.act, request.channel, request.message) == (form, "C1", "2.0")


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
