"""The audit: an append-only stream whose records are chained. Several replicas write one chain.

Rules of this file:
- a record is appended only if the head is the one that it was chained to; else it is chained anew
- what comes while a write is under way goes with the next one: a crowd waits for one disk, not fifty
- nothing is edited or taken out but by age, and then the place where the chain begins is sealed
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from bot.core.audit import AuditPage, Entry, Head, Record, append, fault, seal
from bot.core.errors import CdebugError, Unavailable
from bot.core.pattern import compiled
from bot.store.connection import answering
from bot.store.encoding import entry_from_json, entry_to_json
from bot.store.keys import AUDIT, AUDIT_HEAD, AUDIT_START

_HEAD = compiled(r"[0-9]{1,15} [0-9a-f]{64}")
_PATIENCE_S = 5.0
_TRIES = 50
_PAGE = 1_000
_APPEND = """
local head = redis.call('GET', KEYS[2]) or ''
if head == ARGV[2] then return 1 end -- sent twice: the first answer was lost
if head ~= ARGV[1] then return head end
for i = 3, #ARGV do redis.call('XADD', KEYS[1], '*', 'record', ARGV[i]) end
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""


_END = """
return {redis.call('GET', KEYS[2]) or '', redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1]),
        redis.call('GET', KEYS[3]) or ''}
"""
_TRIM = """
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[3])
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""


class RedisJournal:
    """key: CDEBUG_AUDIT_KEY. Every method raises Unavailable where Redis is away."""

    def __init__(self, redis: Any, key: bytes) -> None:
        self._redis, self._key = redis, key
        self._append = redis.register_script(_APPEND)
        self._end = redis.register_script(_END)
        self._trim = redis.register_script(_TRIM)
        self._head: str | None = None
        self._batch: list[tuple[str, asyncio.Future[None]]] = []
        self._writing = asyncio.Lock()
        self._flushing: set[asyncio.Task[None]] = set()

    async def write(self, *entries: Entry) -> None:
        """Append, in this order; what comes back was written to disk. Raises Unavailable: then nothing was."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch += [(entry_to_json(entry), done) for entry in entries]
        flushing = asyncio.create_task(self._flush_in_turn(done))
        self._flushing.add(flushing)
        flushing.add_done_callback(self._flushing.discard)
        try:
            async with answering(_PATIENCE_S):
                await asyncio.shield(done)
        except BaseException as error:
            waiting = [(entry, future) for entry, future in self._batch if future is not done]
            taken, self._batch = len(waiting) == len(self._batch), waiting
            if not taken or not isinstance(error, Unavailable):
                raise
            await asyncio.shield(done)  # it is being written, within a time of its own

    async def _flush_in_turn(self, done: asyncio.Future[None]) -> None:
        """A task of its own: what somebody writes and gives up is written with what others wait for."""
        async with self._writing:
            if not done.done() and any(future is done for _, future in self._batch):
                await self._flush()

    async def _flush(self) -> None:
        batch, self._batch = self._batch, []
        try:
            async with answering(_PATIENCE_S):
                await self._chain([entry for entry, _ in batch])
        except BaseException as error:
            for _, done in batch:
                if not done.done():
                    done.set_exception(error if isinstance(error, Exception) else TimeoutError())
                    done.exception()  # whoever waited may have given up: that is no fault
            if not isinstance(error, Exception):
                raise
            return
        for _, done in batch:
            if not done.done():
                done.set_result(None)

    async def _chain(self, entries: list[str]) -> None:
        if self._head is None:
            self._head = await self._stored_head()
        for _ in range(_TRIES):
            head, records = _read_head(self._head), []
            for entry in entries:
                record = append(head, entry, self._key)
                records.append(json.dumps([record.seq, record.mac, record.entry]))
                head = Head(record.seq, record.mac)
            now = f"{head.seq} {head.mac}"
            answer = await self._append(keys=[AUDIT(), AUDIT_HEAD()], args=[self._head, now, *records])
            if answer == 1:
                self._head = now
                return
            self._head = self._moved_on(_text(answer))
        raise Unavailable("the audit can't be written", why="others write all the time", hint="Try again.")

    def _moved_on(self, told: str) -> str:
        """The head that another replica has written meanwhile. Raises CdebugError for one that went back: what was cut
        off is not written over.
        """
        known, now = _read_head(self._head or ""), _read_head(told)
        if now.seq <= known.seq:
            raise CdebugError(
                "the audit is not written", why=f"its head went back from record {known.seq} to {now.seq}",
                hint="`python -m bot audit verify` says what is missing; a restart of the bot goes on from there.",
            )  # fmt: skip
        return told

    async def _stored_head(self) -> str:
        return _text(await self._redis.get(AUDIT_HEAD()))

    async def close(self) -> None:
        """What is being written is written to its end."""
        if self._flushing:
            await asyncio.wait(self._flushing, timeout=_PATIENCE_S)

    async def head(self) -> Head:
        """The last record, of whichever replica."""
        async with answering():
            return _read_head(await self._stored_head())

    async def start(self) -> Head:
        """What the first record that is left is chained to. Raises CdebugError for a place that we did not seal."""
        async with answering():
            return self._sealed(await self._redis.get(AUDIT_START()))

    def _sealed(self, text: bytes | None) -> Head:
        """Raises CdebugError for a place that we did not seal."""
        if not text:
            return Head()
        try:
            known = json.loads(text)
            head = _read_head(f"{known['seq']} {known['mac']}")
            if hmac.compare_digest(str(known["seal"]).encode(), seal(head, self._key).encode()):
                return head
        except (ValueError, TypeError, KeyError, RecursionError, CdebugError):
            pass
        raise CdebugError("the audit does not begin where the chain was trimmed: its start was edited")

    async def records(self) -> AsyncIterator[Record]:
        """All, oldest first. What can't be read comes as a record that no chain holds."""
        async for _, record in self._rows():
            yield record

    async def _rows(self) -> AsyncIterator[tuple[str, Record]]:
        after = "-"
        while True:
            async with answering(_PATIENCE_S):
                page = await self._redis.xrange(AUDIT(), min=after, max="+", count=_PAGE)
            for entry_id, fields in page:
                yield entry_id.decode(), _read_record(fields)
            if len(page) < _PAGE:
                return
            after = f"({page[-1][0].decode()}"

    async def read(self, most: int) -> AuditPage:
        """The last ones, newest first, as far back as the chain holds; and what is wrong with it, if anything is."""
        async with answering(_PATIENCE_S):
            head, rows, start = await self._end(keys=[AUDIT(), AUDIT_HEAD(), AUDIT_START()], args=[most + 1])
        try:
            begins = self._sealed(start)
        except CdebugError as error:
            return AuditPage((), str(error))
        return await asyncio.to_thread(self._proved, begins, _read_head(_text(head)), rows, most)

    def _proved(self, begins: Head, end: Head, rows: Any, most: int) -> AuditPage:
        records = [_read_record(_fields(fields)) for _, fields in rows]
        entries: list[Entry] = []
        for record, before in zip(records, [*records[1:], None][: len(records)], strict=True):
            if len(entries) == most:
                break
            start = Head(before.seq, before.mac) if before else begins
            if wrong := fault([record], start, end, [], self._key):
                return AuditPage(tuple(entries), wrong)
            end = start
            entries.append(entry_from_json(record.entry))
        return AuditPage(tuple(entries), "" if records or end == begins else f"record {end.seq} is missing")

    async def whole(self) -> tuple[Head, Head, list[Record]]:
        """Where the chain begins, its head and all between, as they were at one moment.

        Raises CdebugError for a start or a head that was edited.
        """
        for _ in range(_TRIES):
            start = await self.start()
            end, records = await self.until_head()
            if await self.start() == start:  # nothing was trimmed meanwhile
                return start, end, records
        raise Unavailable("the audit can't be read", why="it is trimmed all the time", hint="Try again.")

    async def until_head(self) -> tuple[Head, list[Record]]:
        """The head and every entry of the stream, as they were at one moment: none is passed over."""
        async with answering(_PATIENCE_S):
            head, rows, _ = await self._end(keys=[AUDIT(), AUDIT_HEAD(), AUDIT_START()], args=[1])
        if not rows:
            return _read_head(_text(head)), []
        last = rows[0][0].decode()
        records = []
        async for entry_id, record in self._rows():
            if _order(entry_id) > _order(last):
                break
            records.append(record)
        return _read_head(_text(head)), records

    async def trim(self, before: datetime) -> None:
        """Take out the records from before a moment, and seal where the chain begins now.

        A record's age is the one that it says under its mac, and what goes is proved first. Raises CdebugError
        for a chain that doesn't hold: nobody's cut is sealed by us.
        """
        async with answering(_PATIENCE_S):
            found = await self._redis.get(AUDIT_START())
            head, last = self._sealed(found), ""
            async for entry_id, record in self._rows():
                if wrong := fault([record], head, Head(record.seq, record.mac), [], self._key):
                    raise CdebugError("the audit is not trimmed", why=wrong, hint="`audit verify` says more.")
                if datetime.fromisoformat(entry_from_json(record.entry).at) >= before:
                    break
                head, last = Head(record.seq, record.mac), entry_id
            if not last:
                return
            place = {"seq": head.seq, "mac": head.mac, "seal": seal(head, self._key)}
            # Where another replica trimmed meanwhile, this cut isn't made: the next round looks again.
            await self._trim(keys=[AUDIT(), AUDIT_START()], args=[found or "", json.dumps(place), _after(last)])


def _after(entry_id: str) -> str:
    milliseconds, _, number = entry_id.partition("-")
    return f"{milliseconds}-{int(number) + 1}"


def _read_head(text: str) -> Head:
    """Raises CdebugError for what no record can be: what we sign next is chained to nothing that somebody wrote."""
    if not text:
        return Head()
    if not _HEAD.fullmatch(text):
        raise CdebugError("the audit's head was edited", hint="`python -m bot audit verify` says what is left.")
    seq, _, mac = text.partition(" ")
    return Head(int(seq), mac)


def _text(stored: bytes | None) -> str:
    """What is no text is no head either, and is refused as one."""
    return (stored or b"").decode("utf-8", "replace")


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


def _fields(flat: Any) -> dict[bytes, Any]:
    """A script gets an entry's fields as one list: name, value, name, value."""
    return dict(zip(flat[::2], flat[1::2], strict=False)) if len(flat) == 2 else {}


def _read_record(fields: Any) -> Record:
    """What has a field more than ours, or none, is a record that no chain holds."""
    try:
        if set(fields) != {b"record"}:
            return Record(0, "", "")
        seq, mac, entry = json.loads(fields[b"record"])
        entry.encode()  # half of a character can't be proved
        head = _read_head(f"{seq} {mac}")
        return Record(head.seq, entry, head.mac)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, CdebugError):
        return Record(0, "", "")
