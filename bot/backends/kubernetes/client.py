"""One cluster's API over kept connections, each request as the person that it is for.

Raw JSON, or the server's own tables, as kubectl reads them: typed models cost ten times as much. Streams are
WebSockets; there is no SPDY here. Source: Kubernetes API reference v1.34, "User impersonation".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

from bot.backends.kubernetes.access import ANSWER_S, Access, ClusterAt, load
from bot.backends.kubernetes.refusals import by_status, late, message_of, node_gone, translate, unreadable
from bot.core.errors import (
    CdebugError,
    Denied,
    UsageError,
)
from bot.core.person import Person

PAGE = 500
MOST_PAGES = 40
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
MERGE = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
_READ_AHEAD = 1 << 20
_HEARTBEAT_S = 30.0
_LONGEST_REFUSAL = 1 << 20  # it may hold the whole object that was sent
T = TypeVar("T")
Json = Mapping[str, Any]


class Connection:
    """Connections to one cluster, made when they are first needed."""

    def __init__(self, name: str, at: ClusterAt) -> None:
        self.name = name
        self._at = at
        self._access: Access | None = None
        self._session: aiohttp.ClientSession | None = None
        self._old: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()

    async def opened(self) -> tuple[Access, aiohttp.ClientSession]:
        """How it is reached, and its connections. Raises Misconfigured, TimedOut."""
        async with self._opening:
            if self._access is None or self._session is None:
                self._access = await self._load()
                connector = aiohttp.TCPConnector(ssl=self._access.tls or True, limit=0, keepalive_timeout=60)
                self._session = aiohttp.ClientSession(
                    connector=connector, read_bufsize=_READ_AHEAD, trace_configs=[_staying()]
                )
        return self._access, self._session

    async def _load(self) -> Access:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.to_thread(load, self.name, self._at)
        except TimeoutError as error:
            raise late(self.name, "sign in to", self.name) from error

    async def forget(self, access: Access) -> None:
        """Read the kubeconfig again before the next request: what it held was refused.

        Other requests may still be under way: the connections of one refusal are closed at the next.
        """
        if access is not self._access:  # another request was refused before
            return
        self._access, older, self._old, self._session = None, self._old, self._session, None
        if older:
            await older.close()

    async def close(self) -> None:
        for session in (self._session, self._old):
            if session:
                await session.close()


class Api:
    """The API as somebody: `person` None is the bot itself."""

    def __init__(self, connection: Connection, person: Person | None = None) -> None:
        self.connection, self._person = connection, person

    def who(self) -> list[tuple[str, str]]:
        """Headers that name the person. Raises Denied for one whom the YAML maps to nobody."""
        person = self._person
        if person is None:
            return []
        if not person.kubernetes:
            raise Denied(
                f"you have no Kubernetes user in `{self.connection.name}`",
                why="the settings don't name one for you",
                hint="The bot's operator can add you under `people`.",
            )
        return [("Impersonate-User", person.kubernetes), *(("Impersonate-Group", group) for group in person.groups)]

    @asynccontextmanager
    async def request(
        self,
        what: str,
        target: object,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        accept: str = "application/json",
        body: Json | Sequence[Json] | None = None,
        patch: str = "",
        quiet_s: float | None = ANSWER_S,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer whose status is good. patch: of which type the body is, where it is one; else it is posted.
        quiet_s: how long the cluster may say nothing, None for ever.

        Raises what `by_status` and `translate` make of anything else, also when the stream breaks.
        """
        who = self.who()
        try:
            access, session = await self.connection.opened()
            headers = [*who, ("Accept", accept), *(await _in_time(access.credentials())).items()]
            headers += [("Content-Type", patch)] if patch else []
            method = "PATCH" if patch else "POST" if body is not None else "GET"
            timeout = aiohttp.ClientTimeout(total=None, connect=ANSWER_S, sock_connect=ANSWER_S, sock_read=quiet_s)
            async with session.request(
                method, access.host + path, params=list(query), headers=headers,
                json=body, timeout=timeout,
                allow_redirects=False, server_hostname=access.server_name or None, proxy=access.proxy or None,
            ) as answer:  # fmt: skip
                if answer.status == 401:
                    await self.connection.forget(access)
                if answer.status >= 300:
                    raise await self._refused(answer, what, target)
                yield answer
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise translate(self.connection.name, error, what, target, changes=bool(patch)) from error

    async def _refused(self, answer: aiohttp.ClientResponse, what: str, target: object) -> CdebugError:
        said = bytearray()
        async for part in answer.content.iter_any():
            said += part
            if len(said) > _LONGEST_REFUSAL:
                break
        text = said.decode("utf-8", "replace")
        return by_status(self.connection.name, answer.status, message_of(text), what, target)

    async def get(
        self, what: str, target: object, path: str, query: Sequence[tuple[str, str]] = (), *, accept: str = ""
    ) -> Any:
        """One object of the API's, as JSON. Raises as `request` does, and Unavailable for anything else."""
        async with self.request(what, target, path, query, accept=accept or "application/json") as answer:
            return self._read(await answer.read(), what, target)

    async def post(self, what: str, target: object, path: str, body: Json) -> Any:
        """The same, sent and received."""
        async with self.request(what, target, path, body=body) as answer:
            return self._read(await answer.read(), what, target)

    async def patch(
        self,
        what: str,
        target: object,
        path: str,
        body: Json | Sequence[Json],
        query: Sequence[tuple[str, str]],
        *,
        form: str = MERGE,
    ) -> tuple[Any, tuple[str, ...]]:
        """The object, patched, and what the cluster warns of. Source: RFC 7234, "Warning"."""
        async with self.request(what, target, path, query, body=body, patch=form) as answer:
            warnings = tuple(it.split('"')[1] for it in answer.headers.getall("Warning", ()) if '"' in it)
            return self._read(await answer.read(), what, target), warnings

    def _read(self, answer: bytes, what: str, target: object) -> Any:
        """What a proxy or a login page says is no answer of the cluster's: every object of the API names its kind."""
        try:
            known = json.loads(answer)
        except ValueError as error:
            raise unreadable(self.connection.name, what, target) from error
        if not isinstance(known, dict) or not ("kind" in known or "gitVersion" in known):
            raise unreadable(self.connection.name, what, target)
        return known

    async def pages(
        self,
        what: str,
        target: object,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        accept: str = "",
        most: int = MOST_PAGES,
        size: int = PAGE,
    ) -> AsyncIterator[Any]:
        """A list, page by page. size: objects per page. Raises UsageError for one that has more than `most` pages."""
        after = ""
        for _ in range(most):
            paged = [*query, ("limit", str(size)), *([("continue", after)] if after else [])]
            page = await self.get(what, target, path, paged, accept=accept)
            if "items" in page:
                page["items"] = page["items"] or []  # the list of metadata alone says null for none
            yield page
            after = (page.get("metadata") or {}).get("continue") or ""
            if not after:
                return
        raise UsageError(
            f"more than {size * most:,} objects are in", target, hint="Name a namespace, or a label by `-l`."
        )

    @asynccontextmanager
    async def socket(
        self, what: str, target: object, path: str, query: Sequence[tuple[str, str]], protocols: tuple[str, ...]
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket. Raises as `request` does for a handshake that fails."""
        who = self.who()
        try:
            access, session = await self.connection.opened()
            headers = [*who, *(await _in_time(access.credentials())).items()]
            async with asyncio.timeout(ANSWER_S):
                opened = await session.ws_connect(
                    access.host + path, params=list(query), headers=headers, protocols=protocols, max_msg_size=0,
                    heartbeat=_HEARTBEAT_S, server_hostname=access.server_name or None, proxy=access.proxy or None,
                )  # fmt: skip
        except aiohttp.WSServerHandshakeError as error:
            raise await self._why(error, what, target, path, query) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise translate(self.connection.name, error, what, target) from error
        try:
            yield opened
        finally:
            await opened.close()

    async def _why(
        self, error: aiohttp.WSServerHandshakeError, what: str, target: object, path: str, query: Any
    ) -> CdebugError:
        """A refused handshake has no body that could be read: the same, asked plainly, is refused in words.

        Up to 1.34 a plain GET of exec needs `get` alone; without an upgrade nothing runs.
        """
        try:
            if error.status in (400, 403, 404):
                await self.get(what, target, path, query)
        except CdebugError as said:
            if "Upgrade request required" not in said.why:
                return said
        if error.status >= 500:  # the API server answers; what it could not reach is the kubelet
            return node_gone(what, target)
        return translate(self.connection.name, error, what, target)


async def _in_time(answer: Awaitable[T]) -> T:
    """A plugin that is asked for credentials may hang. Raises TimeoutError."""
    async with asyncio.timeout(ANSWER_S):
        return await answer


def _staying() -> aiohttp.TraceConfig:
    """Nobody's name and credentials follow a redirect to another place."""

    async def refuse(*_: object) -> None:
        raise aiohttp.ClientError("the cluster answers with a redirect")

    config = aiohttp.TraceConfig()
    config.on_request_redirect.append(refuse)
    return config
