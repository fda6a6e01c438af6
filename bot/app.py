"""The composition root: builds each part and hands it to the next. The only place that knows every class."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.actions import catalog
from bot.anchors import Anchors
from bot.backends import connect as connect_engines
from bot.contexts import contexts_of, default_of
from bot.core.audit import fingerprint
from bot.core.errors import CdebugError, Misconfigured, Unavailable
from bot.core.grammar import Grammar
from bot.core.images import ImageRules
from bot.core.limits import Limits
from bot.core.policy import Policy
from bot.core.ports.finding import FindPort
from bot.core.redact import Redactor
from bot.core.request import Place
from bot.core.session import Default
from bot.core.view import NoteView
from bot.keeper import Chore, keep
from bot.pipeline import Parts, Pipeline
from bot.replica import Replica
from bot.runs import Runs
from bot.settings import Config, Environment
from bot.slack.calls import web_client
from bot.slack.doors import Door, HttpDoor, SocketDoor, identity
from bot.slack.inbox import Listeners
from bot.slack.people import People, Roster, RosterEntry
from bot.slack.thread import Threads
from bot.state import audit_key, redis_of
from bot.store.approvals import RedisApprovals
from bot.store.budget import Budget, RedisMeter
from bot.store.connection import answering
from bot.store.connection import connect as connect_redis
from bot.store.inbox import RedisInbox
from bot.store.journal import RedisJournal
from bot.store.ledger import RedisLedger
from bot.store.live import RedisLive
from bot.store.sessions import RedisSessions
from bot.store.shelf import RedisShelf
from bot.telemetry import HealthServer, watch_lag

T = TypeVar("T")
SHIPPED_POLICY = Path(__file__).parent / "policy.cedar"
_RETRY_S = 1.0
_EDITS_EVERY_MS = 1_200
_LIFE_S, _RECHECK_S, _SWEEP_S, _ANCHOR_S = 3.0, 9.0, 60.0, 3_600.0
_PARTING_S = 2.0
_SWITCH_S = 0.001  # so that the loop gets its turn soon among worker threads


class App:
    """The bot, from its settings. Building it checks all that can be checked without a network."""

    def __init__(self, environment: Environment, config: Config, log: Any) -> None:
        """Raises Misconfigured."""
        self._environment, self._config, self._log = environment, config, log
        self._grammar = Grammar(catalog())
        self._policy_file = Path(config.policy) if config.policy else SHIPPED_POLICY
        self._policy = load_policy(self._policy_file)
        self._redactor = Redactor(config.redact.patterns)
        self.engines: dict[str, FindPort] = connect_engines(contexts_of(environment, config))
        self._audit_key = audit_key(environment)
        self._door: Door | None = None
        self._redis: Any = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises Misconfigured for what only the network can tell."""
        loop = asyncio.get_running_loop()
        sys.setswitchinterval(_SWITCH_S)
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload_policy)
        async with AsyncExitStack() as stack:
            try:
                await self._until_stopped(self._serve(stack))
            except asyncio.CancelledError:
                self._log.info("stopped before it was ready")
        self._log.info("stopped")

    def _reload_policy(self) -> None:
        """A bad file is refused, and the policy that is in force stays."""
        try:
            self._policy.load(self._policy_file.read_text(), self._policy_file.name)
        except (CdebugError, OSError) as error:
            self._log.error("policy not loaded: the one in force stays", why=str(error))
            return
        self._log.info("policy loaded", file=str(self._policy_file))

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
        inbox = RedisInbox(self._redis, replica)
        edits = Budget(self._redis, burst=8, every_ms=_EDITS_EVERY_MS)
        chat = Threads(client, Budget(self._redis), edits, self._config.limits.inline_lines)
        async with asyncio.TaskGroup() as group:
            async with Runs(self._log) as runs:
                live = RedisLive(self._redis, replica)
                journal = RedisJournal(self._redis, self._audit_key)
                pipeline = Pipeline(self._parts(client, known, inbox, chat, runs, live, journal))
                listeners = Listeners(pipeline, inbox, runs, chat, new_id, time.time, known, self._log)
                anchors = Anchors(journal, self._audit_file, self._config.audit.retention, self._announce(chat, known))
                own = Replica(inbox, live, pipeline, runs, listeners.finished, self._log)
                chores = (
                    Chore("signs of life", _LIFE_S, own.show_life),
                    Chore("takeover", _LIFE_S, own.take_over),
                    Chore("expiry", _LIFE_S, lambda: pipeline.expire(time.time())),
                    Chore("recheck of live runs", _RECHECK_S, runs.recheck),
                    Chore("anchors", _ANCHOR_S, anchors.publish),
                    Chore("undoing", _LIFE_S, pipeline.undo_due),
                    Chore("sweep", _SWEEP_S, pipeline.sweep),
                )
                app = listeners.bolt(client, "" if self._socket_mode else self._environment.slack_signing_secret)
                self._door = self._make_door(app)
                await self._retried(own.show_life)
                keeping = [group.create_task(keep(chores, self._log)), group.create_task(own.deliver())]
                keeping += [group.create_task(engine.keep()) for engine in self.engines.values()]
                keeping.append(group.create_task(watch_lag()))
                try:
                    await self._door.open()
                    yield
                finally:
                    listeners.open = False
                    await self._door.close()
                    self._door = None
            await journal.close()
            for task in keeping:
                task.cancel()
            with contextlib.suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(_PARTING_S):
                    await anchors.publish()
            with contextlib.suppress(Unavailable):
                await inbox.leave()

    @property
    def _audit_file(self) -> Path:
        """Where the audit's heads are written down: beside the state, unless the YAML says where."""
        return self._environment.data / self._config.audit.file

    def _announce(self, chat: Threads, known: dict[str, str]) -> Callable[[str], Awaitable[None]]:
        channel = self._config.approvals.audit_channel

        async def announce(line: str) -> None:
            if channel:
                await chat.post(Place(known["team_id"], channel, ""), NoteView(line), hurry=True)

        return announce

    def _parts(
        self,
        client: Any,
        known: dict[str, str],
        inbox: RedisInbox,
        chat: Threads,
        runs: Runs,
        live: RedisLive,
        journal: RedisJournal,
    ) -> Parts:
        config = self._config
        return Parts(
            grammar=self._grammar,
            policy=self._policy,
            redactor=self._redactor,
            engines=self.engines,
            default=default_of(config, self.engines),
            chat=chat,
            directory=People(client, _known(config, known["team_id"]), lambda: self._policy.asks_for_guests),
            sessions=RedisSessions(self._redis),
            shelf=RedisShelf(self._redis, config.limits.output),
            meter=RedisMeter(self._redis, config.limits.per_person, config.limits.per_channel),
            inbox=inbox,
            approvals=RedisApprovals(self._redis),
            journal=journal,
            ledger=RedisLedger(self._redis),
            live=live,
            runs=runs,
            now=lambda: datetime.now(UTC),
            new_id=new_id,
            log=self._log,
            fingerprint=partial(fingerprint, self._audit_key),
            channels={name: Default(home.context, home.namespace) for name, home in config.channels.items()},
            limits=Limits(
                follow=config.limits.follow,
                idle=config.limits.shell_idle,
                approval=config.approvals.ttl,
                file=config.limits.output,
                images=ImageRules(config.images.toolbox, config.images.mirror, tuple(config.images.allowed)),
            ),
            approvals_channel=config.approvals.channel,
            audit_channel=config.approvals.audit_channel,
        )

    @property
    def _socket_mode(self) -> bool:
        return bool(self._environment.slack_app_token)

    def _make_door(self, app: Any) -> Door:
        if self._socket_mode:
            return SocketDoor(app, self._environment.slack_app_token, self._log)
        return HttpDoor(app, self._environment.port, self._environment.slack_signing_secret, self._log)

    @asynccontextmanager
    async def _redis_server(self) -> AsyncIterator[Any]:
        """The state's Redis, once it answers."""
        async with redis_of(self._environment) as client:
            await self._retried(lambda: _ping(client))
            yield client

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


def _known(config: Config, team: str) -> Roster:
    """What the YAML says of people and channels; without `workspaces` the token's own is the only one."""
    people = {
        user: RosterEntry(
            frozenset(entry.roles),
            entry.kubernetes.user if entry.kubernetes else "",
            tuple(entry.kubernetes.groups) if entry.kubernetes else (),
        )
        for user, entry in config.people.items()
    }
    groups = {group: frozenset(roles) for group, roles in config.usergroups.items()}
    return Roster(frozenset(config.workspaces) or frozenset({team}), people, groups, frozenset(config.channels))


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
