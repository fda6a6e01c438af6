"""The audit as one person may read it: a line for each record, and no word about what they may not see.

Rules of this file:
- a record that hides an object from the reader hides the whole command
- a record whose objects were never judged, or not all of them, shows its verb alone; one's own shows all
- each line is of one record: whatever stands in one can't look like another
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.audit import Entry
from bot.core.person import Channel, Person
from bot.core.policy import Policy
from bot.core.said import date_and_time, mention
from bot.core.spelling import quoted
from bot.core.subject import Subject
from bot.core.target import things_of

_SHOWN = 30
_WORDS, _DETAIL = 300, 120
Line = tuple[str, ...]


class AuditReader:
    """Judges each subject once: records are many, and what they are about is not."""

    def __init__(self, policy: Policy, person: Person, channel: Channel) -> None:
        self._policy, self._person, self._channel = policy, person, channel
        self._judged: dict[int, bool] = {}  # by identity: what was written alike is read as one value

    def lines(self, entries: Sequence[Entry], user: str, target: str, after: datetime) -> list[Line]:
        """As many as are shown, newest first. user, target: only of these, where they are given."""
        founds: dict[str, list[Subject]] = {}
        for it in entries:
            founds.setdefault(it.id, [])
            if it.found and it.found not in founds[it.id]:
                founds[it.id].append(it.found)
        shown: list[Line] = []
        for it in entries:
            if len(shown) == _SHOWN or datetime.fromisoformat(it.at) < after:
                break
            about = founds[it.id] if it.id else []
            if user in ("", it.user) and (not target or any(target in _names(found) for found in about)):
                shown += [_line(it, words=self._may_read_words(it, about))] if self._sees_all(about) else []
        return shown

    def _sees_all(self, founds: Sequence[Subject]) -> bool:
        return all(self._sees(found) for found in founds)

    def _sees(self, subject: Subject) -> bool:
        known = id(subject)
        if known not in self._judged:
            self._judged[known] = self._policy.sees_all(self._person, self._channel, subject.found)
        return self._judged[known]

    def _may_read_words(self, entry: Entry, founds: Sequence[Subject]) -> bool:
        own = entry.user == self._person.user and entry.team == self._person.team
        return own or (bool(founds) and all(it.is_whole(self._policy.labels) for it in founds))


def _names(subject: Subject) -> set[str]:
    return {thing.name for thing in things_of(subject.found)}


def _line(it: Entry, *, words: bool) -> Line:
    command = it.command if words else f"{it.command.partition(' ')[0]} …" if it.command else ""
    said = f" `{_quoted(command, _WORDS)}`" if command else ""
    detail = f" · {_quoted(it.detail, _DETAIL)}" if it.detail and words else ""
    size = f" · {it.bytes:,} bytes" if it.bytes else ""
    who = mention(it.user) if it.user else "cdebug"
    return (date_and_time(datetime.fromisoformat(it.at)), f" {it.event} ", who, f"{said}{detail}{size}")


def _quoted(text: str, most: int) -> str:
    text = quoted(text)
    return text if len(text) <= most else f"{text[:most]}… (+{len(text) - most:,} characters)"
