"""The audit's head, published where the store's owner can't reach: a file of its own and the audit channel.

Whoever cuts off the audit's tail, or builds the chain anew, contradicts what was published.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.audit import Head
from bot.core.errors import CdebugError
from bot.store.journal import RedisJournal


class Anchors:
    """announce: says a line in the audit channel, where there is one. retention: how old a record may become."""

    def __init__(
        self, journal: RedisJournal, file: Path, retention: timedelta, announce: Callable[[str], Awaitable[None]]
    ) -> None:
        self._journal, self._file, self._retention, self._announce = journal, file, retention, announce
        self._last = 0

    async def publish(self) -> None:
        """Write the head down and say it, if it has moved; forget what is too old. Raises CdebugError.

        One that has gone back since it was published last, also before this start, is said so.
        """
        head = await self._journal.head()
        self._last = self._last or await asyncio.to_thread(self._published)
        if head.seq < self._last:
            await self._announce(
                f"audit: the head went back from record {self._last} to {head.seq}."
                " `python -m bot audit verify` says what is missing."
            )
        if head.seq != self._last:
            await asyncio.to_thread(self._write, head)
            await self._announce(f"audit: record {head.seq} has the mac {head.mac}")
            self._last = head.seq
        await self._journal.trim(datetime.now(UTC) - self._retention)

    def _published(self) -> int:
        try:
            return max((head.seq for head in read_anchors(self._file)), default=0)
        except CdebugError:  # `audit verify` names the line; what comes is published all the same
            return 0

    def _write(self, head: Head) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as out:
            out.write(json.dumps({"seq": head.seq, "mac": head.mac, "at": round(time.time())}) + "\n")


def read_anchors(file: Path) -> Iterator[Head]:
    """What was published in a file; nothing where there is none. Raises CdebugError for a line that is none."""
    if not file.exists():
        return
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            known = json.loads(line)
            yield Head(int(known["seq"]), str(known["mac"]))
        except (ValueError, KeyError, TypeError) as error:
            raise CdebugError(f"line {number} of {file} is not a valid anchor", hint="Restore the file.") from error
