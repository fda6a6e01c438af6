"""The server: Slack's side under /api, /link, /upload, /response; people's side under / and /_/."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from playground.acts import Acts
from playground.delivery import Delivery
from playground.faults import Faults
from playground.sockets import Sockets
from playground.webapi import SCOPES, WebApi
from playground.workspace import BOT_USER, Channel, Message, Refused, User, Workspace

Json = dict[str, Any]
STATIC = Path(__file__).parent / "static"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-playground", "xapp-playground", "playground-signing-secret"
_LARGEST = 128 << 20


@dataclass
class Options:
    """request_url: deliver by signed HTTP there, instead of Socket Mode. scopes: what the app may.

    completions: what the composer offers after the slash command, each a verb and a summary.
    """

    port: int
    host: str = "127.0.0.1"
    request_url: str = ""
    scopes: set[str] = field(default_factory=lambda: set(SCOPES.values()))
    completions: list[dict[str, str]] = field(default_factory=list)


def build(options: Options) -> web.Application:
    """The whole workspace as one web application."""
    workspace, faults, sockets = Workspace(), Faults(), Sockets()
    for user in workspace.users.values():
        if not user.bot and not user.deleted:
            workspace.direct_channel(user.id)
    delivery = Delivery(sockets, faults, options.request_url, SIGNING_SECRET)
    acts = Acts(workspace, delivery, f"http://{options.host}:{options.port}")
    api = WebApi(workspace, faults, sockets, options.scopes, (BOT_TOKEN, APP_TOKEN))
    people = People(workspace, acts, faults, sockets, delivery, options.completions)
    app = web.Application(client_max_size=_LARGEST)
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_get("/link/", sockets.handle)
    app.router.add_post("/upload/{file}", api.receive_upload)
    app.router.add_post("/response/{key}", api.respond)
    app.router.add_get("/", people.page)
    app.router.add_static("/static", STATIC)
    app.router.add_get("/files/{file}/{name}", people.file)
    app.router.add_get("/_/state", people.state)
    app.router.add_get("/_/completions", people.completions)
    app.router.add_get("/_/changes", people.changes)
    for name in (
        "type",
        "press",
        "submit",
        "close",
        "edit",
        "channels",
        "people",
        "group",
        "faults",
        "drop",
        "refresh",
        "again",
    ):
        app.router.add_post(f"/_/{name}", getattr(people, name))
    return app


class People:
    """The page's and the tests' side: read everything one person sees, and act as them."""

    def __init__(
        self,
        workspace: Workspace,
        acts: Acts,
        faults: Faults,
        sockets: Sockets,
        delivery: Delivery,
        completions: list[dict[str, str]],
    ) -> None:
        self._completions = completions
        self._workspace, self._acts, self._faults = workspace, acts, faults
        self._sockets, self._delivery = sockets, delivery

    async def page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def state(self, request: web.Request) -> web.Response:
        """What ?user= sees."""
        viewer = request.query.get("user", "U0ANN")
        channels = [channel for channel in self._workspace.channels.values() if viewer in channel.members]
        return web.json_response({
            "version": self._workspace.version,
            "connected": self._sockets.connected,
            "users": [asdict(user) for user in self._workspace.users.values()],
            "bot": BOT_USER,
            "channels": [{**asdict(channel), "members": sorted(channel.members)} for channel in channels],
            "messages": {
                channel.id: [
                    self._shown(message)
                    for message in self._workspace.messages.get(channel.id, ())
                    if message.only_for in ("", viewer)
                ]
                for channel in channels
            },
            "views": [{"id": it.id, **it.view} for it in self._workspace.views.values() if it.user == viewer],
        })  # fmt: skip

    def _shown(self, message: Message) -> Json:
        files = [self._workspace.files[key] for key in message.files]
        listed = [{"id": it.id, "name": it.name, "title": it.title, "size": it.length} for it in files]
        return {**asdict(message), "files": listed}

    async def completions(self, _: web.Request) -> web.Response:
        return web.json_response(self._completions)

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the version, whenever it grows."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        seen = -1
        while True:
            seen = await self._workspace.next_version(seen)
            await stream.write(f"data: {seen}\n\n".encode())

    async def file(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["file"])
        if file is None or not file.shared:
            return web.Response(status=404)
        picture = file.name.endswith(".png")
        kind = "image/png" if picture else "application/octet-stream"
        way = "inline" if picture else "attachment"
        headers = {"Content-Disposition": f'{way}; filename="{file.name}"', "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.data, content_type=kind, headers=headers)

    async def _act(self, request: web.Request, act: str) -> web.Response:
        try:
            return web.json_response(await getattr(self._acts, act)(**(await request.json())))
        except Refused as refused:
            return web.json_response({"error": refused.error}, status=400)

    async def type(self, request: web.Request) -> web.Response:
        return await self._act(request, "type")

    async def press(self, request: web.Request) -> web.Response:
        return await self._act(request, "press")

    async def submit(self, request: web.Request) -> web.Response:
        return await self._act(request, "submit")

    async def close(self, request: web.Request) -> web.Response:
        return await self._act(request, "close")

    async def edit(self, request: web.Request) -> web.Response:
        return await self._act(request, "edit")

    async def channels(self, request: web.Request) -> web.Response:
        """Make a channel: {id, name, kind, members, shared}; the bot is a member only where it is named."""
        known = await request.json()
        channel = Channel(**{**known, "members": set(known.get("members", []))})
        self._workspace.channels[channel.id] = channel
        await self._workspace.changed()
        return web.json_response({})

    async def people(self, request: web.Request) -> web.Response:
        """Make or change a person: {id, name, real_name, team, bot, guest, deleted}."""
        user = User(**(await request.json()))
        self._workspace.users[user.id] = user
        return web.json_response({})

    async def group(self, request: web.Request) -> web.Response:
        """Who is in the user group now: {users}."""
        self._workspace.group = set((await request.json())["users"])
        return web.json_response({})

    async def faults(self, request: web.Request) -> web.Response:
        self._faults.set(await request.json())
        return web.json_response({})

    async def drop(self, _: web.Request) -> web.Response:
        await self._sockets.drop()
        return web.json_response({})

    async def refresh(self, _: web.Request) -> web.Response:
        await self._sockets.ask_to_reconnect()
        return web.json_response({})

    async def again(self, _: web.Request) -> web.Response:
        """Redeliver the last payload."""
        return web.json_response({"acknowledged": await self._delivery.again() is not None})
