"""What people do: type, press, choose, submit. Each becomes the payload that Slack would send."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from playground.delivery import Delivery
from playground.workspace import BOT_USER, TEAM, Message, Refused, Workspace

Json = dict[str, Any]
COMMAND = "/cdebug"


class Acts:
    """Each act returns what its person saw come back at once."""

    def __init__(self, workspace: Workspace, delivery: Delivery, base_url: str) -> None:
        self._workspace, self._delivery, self._base_url = workspace, delivery, base_url

    async def type(self, user: str, channel: str, text: str, thread: str = "") -> Json:
        """Text in the composer: a slash command (which no thread has), or a message."""
        self._member(user, channel)
        if text.startswith("/") and not thread:
            return await self._slash(user, channel, text)
        if text.startswith("/"):
            await self._whisper(
                user, channel, f"{text.split(maxsplit=1)[0]} is not supported in threads. Sorry!", thread
            )
            return {}
        return await self._message(user, channel, text, thread)

    async def _slash(self, user: str, channel: str, text: str) -> Json:
        name, _, words = text.partition(" ")
        if name != COMMAND:
            await self._whisper(
                user, channel, f"{name} is not a valid command. In Slack, all messages that start with / are."
            )
            return {}
        key = self._workspace.new_response(user, channel)
        payload = {
            "token": "unused", "team_id": TEAM, "team_domain": "playground", "channel_id": channel,
            "channel_name": self._workspace.channels[channel].name, "user_id": user,
            "user_name": self._workspace.users[user].name, "command": name, "text": self._typed(words.strip()),
            "api_app_id": "A0CDEBUG", "is_enterprise_install": "false",
            "response_url": f"{self._base_url}/response/{key}", "trigger_id": self._workspace.new_trigger(user),
        }  # fmt: skip
        answer = await self._delivery.deliver("slash_commands", payload)
        if answer is None:
            await self._whisper(user, channel, f'{name} failed with the error "operation_timeout"')
        elif answer.get("text"):
            await self._whisper(user, channel, answer["text"])
        return {"acknowledged": answer is not None}

    async def _message(self, user: str, channel: str, text: str, thread: str) -> Json:
        where = self._workspace.channels[channel]
        message = Message(channel, self._workspace.new_ts(), user, self._typed(text), thread_ts=thread)
        self._workspace.post(message)
        await self._workspace.changed()
        if BOT_USER not in where.members:
            return {"ts": message.ts}
        event = {
            "type": "message", "user": user, "team": self._workspace.users[user].team, "text": message.text,
            "ts": message.ts, "channel": channel, "event_ts": message.ts,
            "channel_type": {"im": "im", "private": "group"}.get(where.kind, "channel"),
            **({"thread_ts": thread} if thread else {}),
        }  # fmt: skip
        if f"<@{BOT_USER}>" in message.text:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            await self._event({**mention, "type": "app_mention"})
        await self._event(event)
        return {"ts": message.ts}

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Json:
        """Change a message of one's own: an event with a subtype."""
        message = self._workspace.find(channel, ts)
        if message is None or message.user != user:
            raise Refused("cant_update_message")
        message.text = self._typed(text)
        inner = {"type": "message", "user": user, "text": message.text, "ts": ts, "edited": {"user": user, "ts": ts}}
        await self._event({
            "type": "message", "subtype": "message_changed", "channel": channel, "ts": self._workspace.new_ts(),
            "channel_type": "channel", "message": inner,
        })  # fmt: skip
        return {}

    async def _event(self, event: Json) -> None:
        await self._delivery.deliver("events_api", {
            "token": "unused", "team_id": TEAM, "api_app_id": "A0CDEBUG", "event": event, "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}", "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        })  # fmt: skip

    async def press(self, user: str, channel: str, ts: str, action_id: str, value: str | None = None) -> Json:
        """A button, or with `value` an option of a menu. `ts` names the message that it stands in."""
        self._member(user, channel)
        message = next((it for it in self._workspace.messages.get(channel, ()) if it.ts == ts), None)
        element, block_id = _element(message, action_id)
        if message is None or element is None or (message.only_for and message.only_for != user):
            raise Refused("no_such_element")
        action: Json = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block_id,
            "action_ts": str(time.time()),
        }
        if element["type"] == "static_select":
            option = next((each for each in element["options"] if each["value"] == value), None)
            if option is None:
                raise Refused("no_such_option")
            action["selected_option"] = option
        else:
            action |= {"text": element["text"], "value": element.get("value", "")}
        await self._interact(user, self._block_actions(user, message, action))
        return {}

    def _block_actions(self, user: str, message: Message, action: Json) -> Json:
        thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
        key = self._workspace.new_response(user, message.channel, message.thread_ts)
        return {
            "type": "block_actions", "actions": [action], "trigger_id": self._workspace.new_trigger(user),
            "channel": {"id": message.channel, "name": self._workspace.channels[message.channel].name},
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": message.channel,
                "is_ephemeral": bool(message.only_for), **thread,
            },
            "message": {"type": "message", "ts": message.ts, "text": message.text, "user": message.user, **thread},
            "response_url": f"{self._base_url}/response/{key}",
        }  # fmt: skip

    async def submit(self, user: str, view_id: str, values: dict[str, dict[str, str]]) -> Json:
        """A modal's submit button; values: block_id → action_id → text."""
        view = self._workspace.views.get(view_id)
        if view is None or view.user != user:
            raise Refused("no_such_view")
        state = {
            block: {action: {"type": "plain_text_input", "value": text or None} for action, text in each.items()}
            for block, each in values.items()
        }
        answer = await self._interact(user, {
            "type": "view_submission", "trigger_id": self._workspace.new_trigger(user),
            "view": {"id": view.id, "hash": view.hash, "state": {"values": state}, **view.view},
        })  # fmt: skip
        if answer is not None and answer.get("response_action") != "errors":
            self._workspace.views.pop(view_id, None)
            await self._workspace.changed()
        return answer or {}

    async def close(self, user: str, view_id: str) -> Json:
        """Cancel a modal."""
        self._workspace.views.pop(view_id, None)
        await self._workspace.changed()
        return {}

    async def _interact(self, user: str, payload: Json) -> Json | None:
        known = self._workspace.users[user]
        who = {"id": user, "username": known.name, "name": known.name, "team_id": known.team}
        team = {"id": TEAM, "domain": "playground"}
        return await self._delivery.deliver(
            "interactive", {**payload, "user": who, "team": team, "api_app_id": "A0CDEBUG"}
        )

    async def _whisper(self, user: str, channel: str, text: str, thread: str = "") -> None:
        message = Message(channel, self._workspace.new_ts(), "USLACKBOT", text, thread_ts=thread, only_for=user)
        self._workspace.post(message)
        await self._workspace.changed()

    def _member(self, user: str, channel: str) -> None:
        known = self._workspace.channels.get(channel)
        if user not in self._workspace.users or known is None or user not in known.members:
            raise Refused("not_in_channel")

    def _typed(self, text: str) -> str:
        """What Slack makes of typed text: three signs escaped, @name a mention."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        names = {user.name: user.id for user in self._workspace.users.values()}
        return re.sub(r"@(\w+)", lambda at: f"<@{names[at[1]]}>" if at[1] in names else at[0], text)


def _element(message: Message | None, action_id: str) -> tuple[Json | None, str]:
    for number, block in enumerate(message.blocks if message else ()):
        elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
        for element in elements:
            if element.get("action_id") == action_id:
                return element, block.get("block_id", f"b{number}")
    return None, ""
