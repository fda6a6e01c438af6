"""Two ways to one engine: the docker SDK on worker threads for questions, aiohttp for streams.

The SDK blocks, so it has an executor of its own; its log and stats streams are half as fast as the
socket read directly, which is what `stream` does. Source: Docker Engine API v1.41.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
import docker
import requests
import urllib3
from docker import errors as vendor
from docker.tls import TLSConfig
from docker.utils import parse_host

from bot.backends.docker.streams import Hijacked, connect, upgrade
from bot.core.errors import CdebugError, Misconfigured, NotFound, NotRunning, TimedOut, Unavailable, Unsupported
from bot.core.pattern import compiled, compiled_bytes

T = TypeVar("T")
ANSWER_S = 5
THREADS = 16
_READ_AHEAD = 1 << 20
_NO_LOG = "logging driver does not support reading"
# docker-py lets through what the packages below it raise.
_VENDORS = (vendor.DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_MESSAGE = compiled_bytes(r'"message"\s*:\s*("(?:[^"\\]|\\.)*")')


# Where a storage driver keeps a container's layers: a place on the engine's machine, and none in the container.
_LAYERS = compiled(r"/\S*/(?:overlay2?|overlayfs|dir|subvolumes|graph)/[0-9a-f]{12,}(?:-init)?(?:/merged)?")


class Client:
    """Connections to one engine, made when they are first needed."""

    def __init__(self, name: str, host: str) -> None:
        self.name = name
        self._tls = _tls_from_environment()
        try:
            self._base = str(parse_host(host, tls=bool(self._tls)))
        except vendor.DockerException as error:
            raise Misconfigured(f"contexts.{name}.host: `{host}` can't be read", why=str(error)) from error
        if self._base.startswith(("ssh://", "npipe://")):
            raise Misconfigured(f"contexts.{name}.host: `{host}`: only unix:// and tcp:// are supported")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"docker-{name}")
        self._api: docker.APIClient | None = None
        self._connecting = threading.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def call(self, what: str, target: object, ask: Callable[[docker.APIClient], T]) -> T:
        """Ask the SDK in a worker thread. Raises NotFound, NotRunning, TimedOut or Unavailable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await loop.run_in_executor(self._threads, lambda: ask(self._connected()))
        except _VENDORS as error:
            raise translate(error, self.name, what, target) from error

    def _connected(self) -> docker.APIClient:
        with self._connecting:
            if self._api is None:
                self._api = docker.APIClient(
                    base_url=self._base, version="auto", timeout=ANSWER_S, tls=self._tls or False, max_pool_size=THREADS
                )
        return self._api

    @asynccontextmanager
    async def stream(
        self, what: str, target: object, path: str, query: Mapping[str, str], *, quiet_s: float | None = ANSWER_S
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """Read an endless answer. quiet_s: how long the engine may say nothing, None for ever.

        Raises as `call` does, also when the stream breaks.
        """
        timeout = aiohttp.ClientTimeout(total=None, connect=ANSWER_S, sock_connect=ANSWER_S, sock_read=quiet_s)
        version = await self._version(what, target)
        try:
            async with self._http().get(f"/v{version}{path}", params=query, timeout=timeout) as answer:
                if answer.status >= 400:
                    raise _by_status(answer.status, await answer.text(), self.name, what, target)
                yield answer.content
        except json.JSONDecodeError as error:  # of whoever reads the stream
            raise unreadable(self.name, what, target) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise translate(error, self.name, what, target) from error

    async def head(self, what: str, target: object, path: str, header: str) -> str:
        """One header of an answer. Raises as `call` does."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        version = await self._version(what, target)
        try:
            async with self._http().head(f"/v{version}{path}", timeout=timeout) as answer:
                if answer.status < 400 and header not in answer.headers:
                    raise unreadable(self.name, what, target)
                if answer.status < 400:
                    return answer.headers[header]
            async with self._http().get(f"/v{version}{path}", timeout=timeout) as answer:  # a HEAD can't say why
                raise _by_status(answer.status, _message(await answer.content.read(4096)), self.name, what, target)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise translate(error, self.name, what, target) from error

    async def hijack(self, what: str, target: object, path: str, body: bytes) -> Hijacked:
        """A connection of its own that the engine hands over. Raises as `call` does."""
        version = await self._version(what, target)
        stream = None
        try:
            stream = await connect(self._base, _ssl_context(self._tls) if self._tls else None)
            status, said = await upgrade(stream, f"/v{version}{path}", body)
        except BaseException as error:
            if stream:
                await stream.close()
            if isinstance(error, TimeoutError):
                raise TimedOut(
                    f"cannot {what}", target, why=f"the engine of `{self.name}` did not answer within {ANSWER_S} s",
                    hint="It may have started anyway: `processes` shows what is running.",
                ) from error  # fmt: skip
            if isinstance(error, OSError):
                raise translate(error, self.name, what, target) from error
            raise
        if status not in (101, 200):
            await stream.close()
            raise _by_status(status, _message(said), self.name, what, target)
        return stream

    async def _version(self, what: str, target: object) -> str:
        return self._api.api_version if self._api else await self.call(what, target, lambda api: api.api_version)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector: aiohttp.BaseConnector
            if self._base.startswith("http+unix://"):
                connector, base = (
                    aiohttp.UnixConnector(self._base.removeprefix("http+unix://"), limit=0),
                    "http://docker",
                )
            else:
                connector = aiohttp.TCPConnector(ssl=_ssl_context(self._tls) if self._tls else True, limit=0)
                base = self._base.replace("tcp://", "https://" if self._tls else "http://")
            self._session = aiohttp.ClientSession(base, connector=connector, read_bufsize=_READ_AHEAD)
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._api:
            self._api.close()


def _tls_from_environment() -> TLSConfig | None:
    if not os.environ.get("DOCKER_TLS_VERIFY"):
        return None
    folder = os.environ.get("DOCKER_CERT_PATH") or str(Path("~/.docker").expanduser())
    pair = (f"{folder}/cert.pem", f"{folder}/key.pem")
    try:
        return TLSConfig(client_cert=pair, ca_cert=f"{folder}/ca.pem", verify=True)
    except vendor.TLSParameterError as error:
        raise Misconfigured(f"DOCKER_CERT_PATH: `{folder}`", why=str(error).split(".")[0]) from error


def _ssl_context(tls: TLSConfig) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.ca_cert))
    assert tls.cert is not None
    certificate, key = tls.cert
    context.load_cert_chain(certificate, key)
    return context


def translate(error: Exception, context: str, what: str, target: object) -> CdebugError:
    """A vendor's error as ours."""
    if isinstance(error, vendor.APIError) and error.response is not None:
        return _by_status(error.response.status_code, str(error.explanation or error), context, what, target)
    if isinstance(error, requests.JSONDecodeError):
        return unreadable(context, what, target)
    if isinstance(error, TimeoutError | requests.Timeout | aiohttp.ServerTimeoutError) or "timed out" in str(error):
        return TimedOut(
            f"cannot {what}", target, why=f"the engine of `{context}` did not answer within {ANSWER_S} s",
            hint="Nothing was changed; try again, or look at the engine's machine.",
        )  # fmt: skip
    return Unavailable(
        f"cannot {what}", target, why=f"the engine of `{context}` can't be reached",
        hint="Is it running? `python -m bot check` on the bot's machine shows which contexts answer.",
    )  # fmt: skip


def unreadable(context: str, what: str, target: object) -> Unavailable:
    """Something answers in the engine's place."""
    return Unavailable(
        f"cannot {what}", target, why=f"what answers for the engine of `{context}` is not a Docker Engine",
        hint="A proxy may stand before it: look at the context's `host`.",
    )  # fmt: skip


def _message(body: bytes) -> str:
    """The engine's own words: JSON with a message, after a chunk's length perhaps."""
    found = _MESSAGE.search(body)
    return str(json.loads(found[1])) if found else body.decode("utf-8", "replace").strip()


def _by_status(status: int, said: str, context: str, what: str, target: object) -> CdebugError:
    said = _LAYERS.sub("", said)
    if _NO_LOG in said:  # however often it is tried
        return Unsupported(
            f"cannot {what}", target, why="its log driver keeps no log that can be read",
            hint="`attach` shows what it prints from now on.",
        )  # fmt: skip
    if status == 404:
        return NotFound(f"cannot {what}", target, why="it no longer exists", hint="`ps -a` shows what is.")
    if status == 409:
        return NotRunning(f"cannot {what}", target, why=said[:200], hint="`describe` shows its state.")
    return Unavailable(f"cannot {what}", target, why=f"the engine of `{context}` says: {said[:200]}", hint="Try again.")
