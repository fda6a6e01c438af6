"""The composition root: builds each part and hands it to the next. The only place that knows every class."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.actions import catalog
from bot.backends import connect as connect_engines
from bot.core.errors import CdebugError, Misconfigured, Unavailable
from bot.core.grammar import Grammar
from bot.core.policy import Policy
from bot.core.ports import Find
from bot.core.redact import Redactor
from bot.core.session import Default
from bot.keeper import Keeper
from bot.pipeline import Parts, Pipeline
from bot.pipeline.parts import Limits
from bot.runs import Runs
from bot.settings import DEFAULT_HOST, Config, Environment
from bot.slack.calls import web_client
from bot.slack.doors import Door, HttpDoor, SocketDoor, identity
from bot.slack.inbox import Listeners
from bot.slack.people import People
from bot.slack.thread import Threads
from bot.store.budget import Budget, Meter
from bot.store.connection import answering
from bot.store.connection import connect as connect_redis
from bot.store.embedded import EmbeddedRedis
from bot.store.inbox import Inbox
from bot.store.sessions import Sessions
from bot.store.shelf import Shelf
from bot.telemetry import HealthServer

T = TypeVar("T")
SHIPPED_POLICY = Path(__file__).parents[1] / "deploy" / "policy.cedar"
_RETRY_S = 1.0
_EDITS_EVERY_MS = 1_200


class App:
    """The bot, from its settings. Building it checks all that can be checked without a network."""

    def __init__(self, environment: Environment, config: Config, log: Any) -> None:
        """Raises Misconfigured."""
        self._environment, self._config, self._log = environment, config, log
        self._grammar = Grammar(catalog())
        self._policy = load_policy(Path(config.policy) if config.policy else SHIPPED_POLICY)
        self._redactor = Redactor(config.redact.patterns)
        self.engines: dict[str, Find] = connect_engines(_contexts(environment, config))
        self._door: Door | None = None
        self._redis: Any = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises Misconfigured for what only the network can tell."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        async with AsyncExitStack() as stack:
            try:
                await self._until_stopped(self._serve(stack))
            except asyncio.CancelledError:
                self._log.info("stopped before it was ready")
        self._log.info("stopped")

    async def _until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work`; being told to stop cancels it."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            watch = group.create_task(self._stopping.wait())
            await asyncio.wait([task, watch], return_when=asyncio.FIRST_COMPLETED)
            task.cancel()
            watch.cancel()

    async def _serve(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self._health())
        for engine in self.engines.values():
            stack.push_async_callback(engine.close)
        self._redis = await stack.enter_async_context(self._redis_server())
        session = await stack.enter_async_context(_http_session())
        client = web_client(self._environment.slack_bot_token, self._environment.slack_api_url, session)
        known = await self._retried(lambda: identity(client))
        await stack.enter_async_context(self._journeys(client, known))
        gc.collect()
        gc.set_threshold(20_000, 20, 50)  # a crowd makes many objects, and few of them stay
        gc.freeze()  # what was built so far stays: looking through it again would make somebody wait
        self._log.info("ready", team=known.get("team_id"), contexts=sorted(self.engines))
        await self._stopping.wait()

    @asynccontextmanager
    async def _journeys(self, client: Any, known: dict[str, str]) -> AsyncIterator[None]:
        """Everything that moves: the door closes first, then runs end, then the keeper."""
        replica = secrets.token_hex(4)
        inbox = Inbox(self._redis, replica)
        edits = Budget(self._redis, burst=8, every_ms=_EDITS_EVERY_MS)
        chat = Threads(client, Budget(self._redis), edits, self._config.limits.inline_lines)
        async with asyncio.TaskGroup() as group:
            async with Runs(self._log) as runs:
                pipeline = Pipeline(self._parts(client, known, inbox, chat, runs))
                listeners = Listeners(pipeline, inbox, runs, chat, new_id, time.time, known, self._log)
                keeper = Keeper(inbox, pipeline, runs, listeners.finished, self._log)
                app = listeners.bolt(client, "" if self._socket_mode else self._environment.slack_signing_secret)
                self._door = self._make_door(app)
                await keeper.round()
                keeping = group.create_task(keeper.keep())
                try:
                    await self._door.open()
                    yield
                finally:
                    listeners.open = False
                    await self._door.close()
                    self._door = None
            keeping.cancel()
            with contextlib.suppress(Unavailable):
                await inbox.leave()

    def _parts(self, client: Any, known: dict[str, str], inbox: Inbox, chat: Threads, runs: Runs) -> Parts:
        config = self._config
        workspaces = frozenset(config.workspaces) or frozenset({known["team_id"]})
        roles = {user: frozenset(entry.roles) for user, entry in config.people.items()}
        return Parts(
            grammar=self._grammar,
            policy=self._policy,
            redactor=self._redactor,
            engines=self.engines,
            default=_default(config, self.engines),
            chat=chat,
            directory=People(client, workspaces, roles),
            sessions=Sessions(self._redis),
            shelf=Shelf(self._redis, config.limits.output),
            meter=Meter(self._redis, config.limits.per_person, config.limits.per_channel),
            inbox=inbox,
            runs=runs,
            now=lambda: datetime.now(UTC),
            new_id=new_id,
            log=self._log,
            channels={name: Default(home.context, home.namespace) for name, home in config.channels.items()},
            limits=Limits(follow=config.limits.follow),
        )

    @property
    def _socket_mode(self) -> bool:
        return bool(self._environment.slack_app_token)

    def _make_door(self, app: Any) -> Door:
        if self._socket_mode:
            return SocketDoor(app, self._environment.slack_app_token, self._log)
        return HttpDoor(app, self._environment.port, self._log)

    @asynccontextmanager
    async def _redis_server(self) -> AsyncIterator[Any]:
        """A client of the Redis that was named, or of one of our own. Waits until it answers."""
        url, embedded = self._environment.redis_url, None
        if not url:
            embedded = EmbeddedRedis(self._environment.data)
            await embedded.start()
            url = embedded.url
        client = connect_redis(url)
        try:
            await self._retried(lambda: _ping(client))
            yield client
        finally:
            await client.aclose()
            if embedded:
                await embedded.stop()

    async def _retried(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except Unavailable as error:
                self._log.warning("not ready", why=str(error))
                await asyncio.sleep(_RETRY_S)

    @asynccontextmanager
    async def _health(self) -> AsyncIterator[None]:
        if not self._environment.metrics_port:
            yield
            return
        server = HealthServer(self._environment.metrics_port, self._why_not_ready)
        try:
            await server.start()
        except OSError as error:
            port = self._environment.metrics_port
            raise Misconfigured(f"METRICS_PORT {port} can't be listened on", why=error.strerror or "") from error
        try:
            yield
        finally:
            await server.stop()

    async def _why_not_ready(self) -> str:
        if self._door is None or not self._door.connected():
            return "Slack is not connected"
        try:
            await _ping(self._redis)
        except Unavailable:
            return "Redis does not answer"
        return ""

    async def check(self) -> list[tuple[str, bool, str]]:
        """Each thing that the bot needs: its name, whether it was reached, and what it said."""
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(_http_session())
            client = web_client(self._environment.slack_bot_token, self._environment.slack_api_url, session)
            rows = [await _asked("slack", _slack(client))]
            if self._environment.redis_url:
                redis = connect_redis(self._environment.redis_url)
                stack.push_async_callback(redis.aclose)
                rows.append(await _asked("redis", _ping(redis)))
            else:
                rows.append(("redis", True, f"embedded, in {self._environment.data}"))
            for name, engine in self.engines.items():
                rows.append(await _asked(f"context {name}", engine.ping()))
                await engine.close()
        return rows


def new_id() -> str:
    """Short enough to be read out, long enough not to be guessed or met twice: 60 bits."""
    return secrets.token_hex(8)[:15]


def load_policy(path: Path) -> Policy:
    """Raises Misconfigured for a file that can't be read or is no policy."""
    try:
        text = path.read_text()
    except OSError as error:
        raise Misconfigured(f"policy: {path} can't be read", why=error.strerror or "") from error
    return Policy(text, catalog(), path.name)


def _contexts(environment: Environment, config: Config) -> dict[str, tuple[str, str]]:
    if not config.contexts:
        return {"local": ("docker", environment.docker_host or DEFAULT_HOST)}
    return {name: (context.engine, context.host) for name, context in config.contexts.items()}


def _default(config: Config, engines: dict[str, Find]) -> Default:
    name = config.default or next(iter(engines))
    namespace = config.contexts[name].namespace if name in config.contexts else ""
    return Default(name, namespace)


def _http_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))


async def _ping(redis: Any) -> str:
    async with answering():
        await redis.ping()
    return "answers"


async def _slack(client: Any) -> str:
    known = await identity(client)
    return f"{known.get('team', known['team_id'])} as {known.get('user', known['user_id'])}"


async def _asked(name: str, answer: Awaitable[str]) -> tuple[str, bool, str]:
    try:
        return name, True, await answer
    except CdebugError as error:
        return name, False, str(error)
