"""Files, scanned for secrets before they leave: text as text, a .tar.gz member by member.

What holds a NUL is binary: nothing can be said about what is in it, so policy is asked again. An archive is taken apart
in a process of its own, with limits on its memory and time: what somebody made to burst, bursts there.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from typing import IO

from bot.core.errors import CdebugError
from bot.core.output import File
from bot.core.redact import Redactor
from bot.unpacking import SECONDS, Packing, scrub

_ARCHIVES = (".tar.gz", ".tgz")
_PATIENCE_S = SECONDS + 10


@dataclass(frozen=True)
class Scanned:
    """A file as it may leave. hidden: how many secrets were replaced; binary: the names of what can't be scanned."""

    file: File
    hidden: int = 0
    binary: tuple[str, ...] = ()


async def scan(file: File, redactor: Redactor, most: int) -> Scanned:
    """Redact what can be read. most: bytes that an archive may unpack to. Raises CdebugError where it can't be read."""
    if file.name.endswith(_ARCHIVES):
        return await _scan_apart(file, redactor, most)
    scrubbed = await asyncio.to_thread(scrub, file.data, redactor)
    if scrubbed is None:
        return Scanned(file, binary=(file.name,))
    return Scanned(replace(file, data=scrubbed[0]), scrubbed[1])


async def _scan_apart(file: File, redactor: Redactor, most: int) -> Scanned:
    task = {"most": most, "hidden": file.hidden, "redactor": redactor.to_json()}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        await asyncio.to_thread(_write, given, task, file.data)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.unpacking", stdin=given, stdout=made, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(_PATIENCE_S):
                status = await child.wait()
        except BaseException as error:
            child.kill()
            await child.wait()
            if isinstance(error, TimeoutError):
                raise _unreadable(file.name, "it takes too long to read") from error
            raise
        if status:
            raise _unreadable(file.name, "it needs more memory or time than a scan may take")
        packing, data = await asyncio.to_thread(_read, made)
    if packing.why:
        raise _unreadable(file.name, packing.why)
    return Scanned(replace(file, data=data), packing.hidden, packing.binary)


def _unreadable(name: str, why: str) -> CdebugError:
    return CdebugError(f"the archive {name} can't be scanned for secrets", why=why, hint="Copy a part of it.")


def _write(given: IO[bytes], task: dict[str, object], data: bytes) -> None:
    given.write(json.dumps(task).encode() + b"\n")
    given.write(data)
    given.seek(0)


def _read(made: IO[bytes]) -> tuple[Packing, bytes]:
    made.seek(0)
    known = json.loads(made.readline())
    return Packing(known["hidden"], tuple(known["binary"]), known["why"]), made.read()
