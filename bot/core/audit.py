"""What happened, one record a transition, in a chain that shows any change.

A record's mac is HMAC-SHA-256 over the mac before it and the record's canonical JSON. Whoever can write
to the store but lacks the key can't edit, add, move or take out a record unnoticed; cutting off the tail
is noticed by the head and by anchors that were published elsewhere.
Source: RFC 2104; canonical JSON here is sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.core.subject import Subject

Transition = Literal[
    "asked", "refused", "decided", "approved", "denied", "expired", "void", "glass broken", "ran", "typed", "read",
    "ended", "policy loaded", "made", "changed", "undone", "stuck",
]  # fmt: skip
START = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One transition. `id` is the command's, `user` who did it, `found` what it is about.

    at: RFC 3339, UTC. command: as people may read it; words: the keyed digest of its full words and input, by which
    who has the key can tell what they were. bytes: what was shown; exit: a process's status, None where there was none.
    """

    event: Transition
    at: str = ""
    id: str = ""
    team: str = ""
    user: str = ""
    channel: str = ""
    thread: str = ""
    command: str = ""
    words: str = ""
    found: Subject | None = None
    detail: str = ""
    digest: str = ""
    bytes: int = 0
    exit: int | None = None


@dataclass(frozen=True)
class Record:
    """An entry in its place in the chain."""

    seq: int
    entry: str
    mac: str


@dataclass(frozen=True)
class Head:
    """The last record: what the next one is chained to."""

    seq: int = 0
    mac: str = START


@dataclass(frozen=True)
class AuditPage:
    """Entries that are proved to be in the chain, newest first; and the first thing that is wrong with what follows."""

    entries: tuple[Entry, ...]
    fault: str = ""


def canonical(value: Mapping[str, object]) -> str:
    """JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(key: bytes, words: str, stdin: str = "") -> str:
    """A keyed digest of a command's full words and input: nobody without the key can guess what was hidden in them."""
    return hmac.new(key, canonical({"words": words, "stdin": stdin}).encode(), hashlib.sha256).hexdigest()


def append(head: Head, entry: str, key: bytes) -> Record:
    """The entry as the record that follows the head."""
    return Record(head.seq + 1, entry, _mac(head, entry, key))


def _mac(head: Head, entry: str, key: bytes) -> str:
    return hmac.new(key, f"{head.mac}\n{head.seq + 1}\n{entry}".encode(), hashlib.sha256).hexdigest()


def seal(head: Head, key: bytes) -> str:
    """A mac over a head itself: where a trimmed chain may begin is written by us and by nobody else."""
    own = hmac.new(key, b"seal", hashlib.sha256).digest()  # a key apart: no record's mac is ever a seal
    return hmac.new(own, f"{head.seq}\n{head.mac}".encode(), hashlib.sha256).hexdigest()


def fault(records: Iterable[Record], start: Head, end: Head, anchors: Iterable[Head], key: bytes) -> str:
    """The first thing that is wrong with a chain, in a line; nothing where all of it holds.

    start: what the first record is chained to. end: the head that the store names. anchors: heads that were
    published while they were the head.
    """
    anchors = list(anchors)
    if twice := _contradiction(anchors):
        return twice
    published = {anchor.seq: anchor.mac for anchor in anchors if anchor.seq > start.seq}
    head = start
    for record in records:
        if not record.mac:
            return f"an entry after record {head.seq} was not written by cdebug"
        if record.seq > head.seq + 1:
            return f"record {head.seq + 1} is missing"
        if record.seq <= head.seq:
            return f"record {record.seq} is out of order: it stands after record {head.seq}"
        if not hmac.compare_digest(record.mac, _mac(head, record.entry, key)):
            return f"record {record.seq} was edited or added"
        if record.mac != published.pop(record.seq, record.mac):
            return f"record {record.seq} is not the one that was anchored: the chain was rebuilt"
        head = Head(record.seq, record.mac)
    if published:
        return f"record {head.seq + 1} is missing: the anchor of record {max(published)} was published"
    if head != end:
        return (
            f"record {head.seq + 1} is missing: the head is record {end.seq}"
            if end.seq > head.seq
            else f"record {head.seq} was added after the head"
        )
    return ""


def _contradiction(anchors: Iterable[Head]) -> str:
    known: dict[int, str] = {}
    for anchor in anchors:
        if known.setdefault(anchor.seq, anchor.mac) != anchor.mac:
            return f"record {anchor.seq} was anchored as two different ones: the chain was rebuilt"
    return ""
