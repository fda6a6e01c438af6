"""Slack's payloads as Requests; None for what is not for us. Pure, so that it runs before the acknowledgement.

Sources: https://docs.slack.dev/interactivity/implementing-slash-commands, …/reference/events/message,
…/reference/interaction-payloads
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.acts import ShellLine, TypedCommand, form_of
from bot.core.request import Request
from bot.slack.acts import pressed
from bot.slack.words import clean, parted

Body = Mapping[str, Any]


def from_payload(body: Body, bot_user: str, new_id: str, now: float) -> Request | None:
    """Read any payload that Slack delivers. A payload without the fields that Slack promises is None."""
    kind = body.get("type")
    try:
        if "command" in body:
            return _slash(body, new_id, now)
        if kind == "event_callback":
            return _event(body, bot_user, new_id, now)
        if kind == "block_actions":
            return _action(body, new_id, now)
        if kind == "view_submission":
            return _submission(body, new_id, now)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None
    return None


def _slash(body: Body, new_id: str, now: float) -> Request:
    text, stdin = parted(body.get("text", ""))
    return Request(
        id=new_id,
        dedup=f"trigger.{body['trigger_id']}",
        act=TypedCommand(text or "help", stdin),
        team=body["team_id"],
        user=body["user_id"],
        channel=body["channel_id"],
        at=now,
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
    )


_PROMPT = "$ "


def _event(body: Body, bot_user: str, new_id: str, now: float) -> Request | None:
    """A mention, or a message to us alone. One message may arrive as both: they have one dedup key."""
    event = body["event"]
    mention = f"<@{bot_user}>"
    text = event.get("text", "")
    if event["type"] not in ("app_mention", "message") or event.get("subtype") or event.get("bot_id"):
        return None
    if "edited" in event or event.get("user") in (None, bot_user):
        return None
    direct = event.get("channel_type") == "im"
    line = bool(event.get("thread_ts")) and text.startswith(_PROMPT)
    text = text.lstrip()
    mentioned = text.startswith(mention)  # elsewhere it speaks of us, or quotes somebody
    if not direct and not line and not mentioned:
        return None
    words, stdin = parted(text.removeprefix(mention) if mentioned and not line else text)
    team = event.get("team") or body["team_id"]
    return Request(
        id=new_id,
        dedup=f"message.{body['team_id']}.{event['channel']}.{event['ts']}",
        act=ShellLine(clean(text).removeprefix(_PROMPT)) if line else TypedCommand(words or "help", stdin),
        team=team,
        user=event["user"],
        channel=event["channel"],
        at=now,
        thread=event.get("thread_ts", ""),
        message=event["ts"],
    )


def _action(body: Body, new_id: str, now: float) -> Request:
    """A button or a menu."""
    action = body["actions"][0]
    value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
    container = body["container"]
    message = container["message_ts"]
    return Request(
        id=new_id,
        dedup=f"trigger.{body['trigger_id']}",
        act=pressed(action["action_id"], value),
        team=body["user"].get("team_id") or body["team"]["id"],
        user=body["user"]["id"],
        channel=body["channel"]["id"],
        at=now,
        thread=container.get("thread_ts") or body.get("message", {}).get("thread_ts") or message,
        message=message,
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
    )


def _submission(body: Body, new_id: str, now: float) -> Request:
    """A modal's form. Where it was opened, and of what, is in its private metadata."""
    view = body["view"]
    where = json.loads(view["private_metadata"])
    typed = view["state"]["values"]["form"]["text"].get("value") or ""
    return Request(
        id=new_id,
        dedup=f"view.{view['id']}.{view.get('hash', '')}.{body.get('trigger_id', '')}",
        act=form_of(view["callback_id"], where["value"], typed),  # a modal's input arrives as it was typed
        team=body["user"].get("team_id") or body["team"]["id"],
        user=body["user"]["id"],
        channel=where["channel"],
        at=now,
        thread=where["thread"],
        message=where["message"],
        trigger=body.get("trigger_id", ""),
    )
