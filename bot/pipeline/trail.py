"""What is written to the audit of one command, a record a transition.

If "asked" or "decided" can't be written, nothing runs: `write` raises. What comes after the run is
written too, and where that fails the log has it: the run has happened.
"""

from __future__ import annotations

from datetime import UTC

from bot.core.audit import Entry, Transition
from bot.core.errors import CdebugError
from bot.core.policy import Allow, Ask, Decision, Deny
from bot.core.request import Request
from bot.core.spelling import in_one_line
from bot.core.subject import subject_of
from bot.core.target import Found
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts


class Trail:
    """One command's records. command: as people may read it; words: in full, where they aren't the request's own."""

    def __init__(self, parts: Parts, request: Request, user: str, command: str, words: str = "") -> None:
        self._parts, self._request, self._user, self._command = parts, request, user, command
        self._words = parts.fingerprint(words or request.words, request.stdin)

    @classmethod
    def of(cls, parts: Parts, visit: Visit, command: str, words: str = "") -> Trail:
        return cls(parts, visit.request, visit.person.user, command, words)

    def entry(self, event: Transition, detail: str = "", found: Found | None = None, **more: object) -> Entry:
        """A record-to-be, at this moment."""
        known = {
            "id": self._request.id,
            "team": self._request.team,
            "user": self._user,
            "channel": self._request.channel,
            "thread": self._request.thread or self._request.message,
            "command": in_one_line(self._command),
            "words": self._words,
            "detail": in_one_line(self._parts.redactor.text(detail)),
            "found": subject_of(found, self._parts.policy.labels, self._parts.redactor.text) if found else None,
            **more,
        }
        return Entry(event, stamp(self._parts), **known)  # type: ignore[arg-type]

    async def write(self, *entries: Entry) -> None:
        """Raises Unavailable where the audit can't be written."""
        await self._parts.journal.write(*entries)

    async def afterwards(self, *entries: Entry) -> None:
        """What has happened already."""
        await write_afterwards(self._parts, *entries)


def stamp(parts: Parts) -> str:
    """This moment, as a record has it."""
    return parts.now().astimezone(UTC).isoformat(timespec="milliseconds")


async def write_afterwards(parts: Parts, *entries: Entry) -> None:
    """What has happened already. Where the audit is away, the log is what is left."""
    try:
        await parts.journal.write(*entries)
    except CdebugError as error:
        for entry in entries:
            parts.log.error("not in the audit", why=str(error), event_=entry.event, id=entry.id)


def told(decision: Decision) -> str:
    """A decision in a few words."""
    match decision:
        case Allow(by):
            return f"allow: policy `{by}`" if by else "allow"
        case Ask(count, by):
            return f"ask for {count}: policy `{by}`"
        case Deny(why):
            return f"deny: {why}"
