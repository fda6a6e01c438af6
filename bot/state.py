"""Where state is, and the key of its audit: what the bot and the commands beside it share."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.core.errors import Misconfigured
from bot.settings import Environment
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis

_SHORTEST_KEY = 16  # characters of the audit's key


@asynccontextmanager
async def redis_of(environment: Environment, *, guest: bool = False) -> AsyncIterator[Any]:
    """A client of the Redis that was named, or of one of our own in the data directory.

    guest: it is only read, perhaps beside the bot that runs.
    """
    url, embedded = environment.redis_url, None
    if not url:
        embedded = EmbeddedRedis(environment.data, guest=guest)
        await embedded.start()
        url = embedded.url
    client = connect(url)
    try:
        yield client
    finally:
        await client.aclose()
        if embedded:
            await embedded.stop()


def audit_key(environment: Environment) -> bytes:
    """CDEBUG_AUDIT_KEY; unset, one that is made once in the data directory, for its owner's eyes only."""
    if environment.cdebug_audit_key:
        return _long_enough("CDEBUG_AUDIT_KEY", environment.cdebug_audit_key.encode())
    path = environment.data / "audit.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_key(path)
        return _long_enough(str(path), path.read_text().strip().encode())
    except OSError as error:
        raise Misconfigured(f"CDEBUG_DATA: {path} can't be used", why=error.strerror or "") from error


def _long_enough(where: str, key: bytes) -> bytes:
    if len(key) < _SHORTEST_KEY:
        raise Misconfigured(
            f"{where}: the audit's key has {len(key)} characters, and needs {_SHORTEST_KEY} at least",
            hint="Restore it, or move the old audit away and let a new key be made.",
        )
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all: a key that was half written would be one that anybody can guess."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix="audit.key.")
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):  # another process made one meanwhile: that one it is
            os.link(unfinished, path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        Path(unfinished).unlink()
