"""The Web API: the methods that a bot of this kind calls, refusing what Slack refuses.

Source: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from playground.faults import Faults, Rates
from playground.limits import POST_TEXT, UPDATE_TEXT, message_errors, view_errors
from playground.sockets import Sockets
from playground.workspace import (
    BOT_ID,
    BOT_USER,
    RESPONSE_S,
    RESPONSES,
    TEAM,
    File,
    Message,
    Refused,
    View,
    Workspace,
)

Json = dict[str, Any]
SCOPES = {
    "chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.postEphemeral": "chat:write",
    "users.info": "users:read", "conversations.info": "channels:read", "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read", "conversations.members": "channels:read",
    "conversations.history": "channels:history", "conversations.replies": "channels:history",
    "files.getUploadURLExternal": "files:write", "files.completeUploadExternal": "files:write",
}  # fmt: skip
LARGEST_FILE = 1 << 30


class WebApi:
    """scopes: what the app was installed with."""

    def __init__(
        self, workspace: Workspace, faults: Faults, sockets: Sockets, scopes: set[str], tokens: tuple[str, str]
    ) -> None:
        self._workspace, self._faults, self._sockets, self._scopes = workspace, faults, sockets, scopes
        self._bot_token, self._app_token = tokens
        self._rates = Rates()
        self._methods: dict[str, Callable[[Json, web.Request], Awaitable[Json]]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "chat.postEphemeral": self._post_ephemeral,
            "views.open": self._views_open,
            "views.update": self._views_update,
            "views.publish": self._views_publish,
            "users.info": self._users_info,
            "conversations.history": self._conversations_history,
            "conversations.info": self._conversations_info,
            "conversations.members": self._conversations_members,
            "conversations.replies": self._conversations_replies,
            "usergroups.list": self._usergroups_list,
            "usergroups.users.list": self._usergroups_users,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete_upload,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """POST /api/{method}, with a form or JSON, and a bearer token."""
        method = request.match_info["method"]
        fault = self._faults.next_answer(method)
        if fault and fault.answer == "lost":
            await self._methods[method](await _arguments(request), request)
        if fault and fault.answer in ("timeout", "lost"):
            await self._sockets.hang()
        if fault and fault.answer == 429:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(fault.retry_after)}
            )
        if fault:
            return web.Response(status=int(fault.answer), text="upstream error")
        try:
            arguments = await _arguments(request)
            self._check(method, request, arguments)
            answer = await self._methods[method](arguments, request)
        except Refused as refused:
            if "retry_after" in refused.more:
                headers = {"Retry-After": str(refused.more["retry_after"])}
                return web.json_response({"ok": False, "error": refused.error}, status=429, headers=headers)
            return web.json_response({"ok": False, "error": refused.error, **refused.more})
        return web.json_response({"ok": True, **answer})

    def _check(self, method: str, request: web.Request, arguments: Json) -> None:
        if method not in self._methods:
            raise Refused("unknown_method", req_method=method)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        if not token:
            raise Refused("not_authed")
        wanted = self._app_token if method == "apps.connections.open" else self._bot_token
        if token != wanted:
            known = token in (self._app_token, self._bot_token)
            raise Refused("not_allowed_token_type" if known else "invalid_auth")
        if (scope := SCOPES.get(method)) and scope not in self._scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self._scopes)))

    async def _auth_test(self, _: Json, request: web.Request) -> Json:
        return {
            "url": f"http://{request.host}/", "team": "Playground", "user": "cdebug", "team_id": TEAM,
            "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False,
        }  # fmt: skip

    async def _connections_open(self, _: Json, request: web.Request) -> Json:
        return {"url": f"ws://{request.host}/link/?ticket={self._sockets.ticket()}"}

    # ---- messages

    async def _post_message(self, arguments: Json, _: web.Request) -> Json:
        channel = self._workspace.channel_for_bot(self._workspace.opened(arguments.get("channel", "")))
        self._pace("post", channel.id)
        text, blocks = self._content(arguments, POST_TEXT)
        thread = arguments.get("thread_ts") or ""
        if thread and not self._workspace.find(channel.id, thread):
            raise Refused("thread_not_found")
        message = Message(channel.id, self._workspace.new_ts(), BOT_USER, text[:POST_TEXT], blocks, thread)
        message.metadata = arguments.get("metadata") or {}
        self._workspace.post(message)
        await self._workspace.changed()
        return {"channel": channel.id, "ts": message.ts, "message": _shown(message)}

    async def _update(self, arguments: Json, _: web.Request) -> Json:
        channel = self._workspace.channel_for_bot(arguments.get("channel", ""))
        self._pace("update", channel.id)
        message = self._workspace.find(channel.id, arguments.get("ts", ""))
        if message is None:
            raise Refused("message_not_found")
        if message.user != BOT_USER:
            raise Refused("cant_update_message")
        text, blocks = self._content(arguments, UPDATE_TEXT)
        if len(text) > UPDATE_TEXT:
            raise Refused("msg_too_long")
        message.text, message.blocks, message.edited = text, blocks, message.edited + 1
        await self._workspace.changed()
        return {"channel": channel.id, "ts": message.ts, "text": text, "message": _shown(message)}

    async def _post_ephemeral(self, arguments: Json, _: web.Request) -> Json:
        channel = self._workspace.channel_for_bot(arguments.get("channel", ""))
        user = arguments.get("user", "")
        if user not in channel.members:
            raise Refused("user_not_in_channel")
        text, blocks = self._content(arguments, POST_TEXT)
        ts = self._workspace.new_ts()
        thread = arguments.get("thread_ts") or ""
        self._workspace.post(Message(channel.id, ts, BOT_USER, text, blocks, thread, only_for=user))
        await self._workspace.changed()
        return {"message_ts": ts}

    def _content(self, arguments: Json, most: int) -> tuple[str, list[Json]]:
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        if not text and not blocks:
            raise Refused("no_text")
        if blocks and (errors := message_errors(blocks, newer=not self._faults.older_blocks)):
            error = "msg_blocks_too_long" if any("too_long" in each for each in errors) else "invalid_blocks"
            raise Refused(error, response_metadata={"messages": [f"[ERROR] {each}" for each in errors]})
        return text, blocks

    def _pace(self, kind: str, channel: str) -> None:
        if wait := self._rates.admit(kind, channel):
            raise Refused("ratelimited", retry_after=math.ceil(wait))

    # ---- modals

    async def _views_open(self, arguments: Json, _: web.Request) -> Json:
        if self._faults.expire_triggers:
            raise Refused("expired_trigger_id")
        trigger = self._workspace.take_trigger(arguments.get("trigger_id", ""))
        view = View(f"V{secrets.token_hex(5).upper()}", trigger.user, _view(arguments), secrets.token_hex(4))
        self._workspace.views[view.id] = view
        await self._workspace.changed()
        return {"view": {"id": view.id, "hash": view.hash, **view.view}}

    async def _views_update(self, arguments: Json, _: web.Request) -> Json:
        view = self._workspace.views.get(arguments.get("view_id", ""))
        if view is None:
            raise Refused("not_found")
        view.view, view.hash = _view(arguments), secrets.token_hex(4)
        await self._workspace.changed()
        return {"view": {"id": view.id, "hash": view.hash, **view.view}}

    async def _views_publish(self, arguments: Json, _: web.Request) -> Json:
        return {"view": {"id": "V0HOME", **_view(arguments)}}

    # ---- people and channels

    async def _users_info(self, arguments: Json, _: web.Request) -> Json:
        user = self._workspace.users.get(arguments.get("user", ""))
        if user is None:
            raise Refused("user_not_found")
        known = {
            "id": user.id, "team_id": user.team, "name": user.name, "real_name": user.real_name,
            "deleted": user.deleted, "is_bot": user.bot, "is_restricted": user.guest,
            "is_ultra_restricted": False, "is_stranger": user.team != TEAM, "tz": "Etc/UTC",
            "profile": {"display_name": user.name, "real_name": user.real_name},
        }  # fmt: skip
        return {"user": known}

    async def _conversations_info(self, arguments: Json, _: web.Request) -> Json:
        channel = self._workspace.channels.get(arguments.get("channel", ""))
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise Refused("channel_not_found")
        known = {
            "id": channel.id, "name": channel.name, "is_channel": channel.kind != "im",
            "is_im": channel.kind == "im", "is_mpim": False, "is_private": channel.kind == "private",
            "is_member": BOT_USER in channel.members, "is_shared": channel.shared,
            "is_ext_shared": channel.shared, "is_org_shared": False,
        }  # fmt: skip
        return {"channel": known}

    async def _conversations_members(self, arguments: Json, _: web.Request) -> Json:
        channel = self._workspace.channel_for_bot(arguments.get("channel", ""))
        return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}

    async def _conversations_history(self, arguments: Json, _: web.Request) -> Json:
        return self._listed(arguments, lambda message: not message.thread_ts)

    async def _conversations_replies(self, arguments: Json, _: web.Request) -> Json:
        thread = arguments.get("ts", "")
        if not self._workspace.find(arguments.get("channel", ""), thread):
            raise Refused("thread_not_found")
        return self._listed(arguments, lambda message: thread in (message.ts, message.thread_ts))

    def _listed(self, arguments: Json, wanted: Callable[[Message], bool]) -> Json:
        """Messages between `oldest` and `latest`, both left out, newest first."""
        channel = self._workspace.channel_for_bot(arguments.get("channel", ""))
        oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or math.inf)
        found = [
            _shown(message) | ({"metadata": message.metadata} if arguments.get("include_all_metadata") else {})
            for message in self._workspace.messages.get(channel.id, ())
            if oldest < float(message.ts) < latest and not message.only_for and wanted(message)
        ]
        limit = int(arguments.get("limit") or 100)
        return {"messages": found[::-1][:limit], "has_more": len(found) > limit}

    async def _usergroups_list(self, _: Json, __: web.Request) -> Json:
        return {"usergroups": [{"id": "S0SRE", "handle": "sre", "name": "SRE"}]}

    async def _usergroups_users(self, arguments: Json, _: web.Request) -> Json:
        if arguments.get("usergroup") != "S0SRE":
            raise Refused("no_such_subteam")
        return {"users": sorted(self._workspace.group)}

    # ---- files

    async def _upload_url(self, arguments: Json, request: web.Request) -> Json:
        length = int(arguments.get("length") or 0)
        if not arguments.get("filename") or not 1 <= length <= LARGEST_FILE:
            raise Refused("invalid_arguments")
        file = File(f"F{secrets.token_hex(5).upper()}", arguments["filename"], length)
        self._workspace.files[file.id] = file
        return {"upload_url": f"http://{request.host}/upload/{file.id}", "file_id": file.id}

    async def _complete_upload(self, arguments: Json, _: web.Request) -> Json:
        wanted = arguments.get("files") or []
        files = [self._workspace.files.get(each.get("id", "")) for each in wanted]
        if not files or any(file is None or file.shared or len(file.data) != file.length for file in files):
            raise Refused("file_not_found")
        channel = self._workspace.channel_for_bot(arguments.get("channel_id", ""))
        known = [file for file in files if file is not None]
        for file, each in zip(known, wanted, strict=True):
            file.title, file.shared = each.get("title") or file.name, True
        message = Message(channel.id, self._workspace.new_ts(), BOT_USER, arguments.get("initial_comment") or "")
        message.thread_ts, message.files = arguments.get("thread_ts") or "", [file.id for file in known]
        self._workspace.post(message)
        await self._workspace.changed()
        return {"files": [{"id": file.id, "title": file.title} for file in known]}

    async def receive_upload(self, request: web.Request) -> web.Response:
        """POST /upload/{file}: the bytes."""
        file = self._workspace.files.get(request.match_info["file"])
        if file is None or file.shared:
            return web.Response(status=404)
        file.data = await request.read()
        return web.Response(text=f"OK - {len(file.data)}")

    async def respond(self, request: web.Request) -> web.Response:
        """POST /response/{key}: a response_url."""
        known = self._workspace.responses.get(request.match_info["key"])
        if known is None or known.used >= RESPONSES or time.monotonic() - known.made > RESPONSE_S:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        known.used += 1
        body = await request.json()
        message = Message(
            known.channel, self._workspace.new_ts(), BOT_USER, body.get("text", ""), body.get("blocks") or []
        )
        message.thread_ts = known.thread
        message.only_for = known.user if body.get("response_type", "ephemeral") == "ephemeral" else ""
        self._workspace.post(message)
        await self._workspace.changed()
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        known = await request.json()
        return known if isinstance(known, dict) else {}
    form = {key: str(value) for key, value in {**request.query, **(await request.post())}.items()}
    for key in ("blocks", "view", "files", "metadata"):
        if key in form:
            try:
                form[key] = json.loads(form[key])
            except ValueError:
                raise Refused(f"invalid_{key}") from None
    return form


def _view(arguments: Json) -> Json:
    view = arguments.get("view") or {}
    view = json.loads(view) if isinstance(view, str) else view
    if errors := view_errors(view):
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in errors]})
    known: Json = view
    return known


def _shown(message: Message) -> Json:
    return {"type": "message", "user": message.user, "bot_id": BOT_ID, "text": message.text, "ts": message.ts}
