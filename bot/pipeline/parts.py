"""What the journey is made of, handed in by app.py; and how a journey's errors are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.core.errors import CdebugError
from bot.core.grammar import Grammar
from bot.core.policy import Policy
from bot.core.ports import Approvals, Chat, Directory, Find, Inbox, Journal, Live, Meter, Sessions, Shelf
from bot.core.redact import Redactor
from bot.core.request import Request
from bot.core.session import Default
from bot.runs import Runs


@dataclass(frozen=True)
class Limits:
    """longest: a run's time; follow: a follow's; shell, idle: a shell's, and without a line; approval: a request's.

    file: bytes that one file may have.
    """

    longest: timedelta = timedelta(minutes=10)
    follow: timedelta = timedelta(minutes=30)
    shell: timedelta = timedelta(hours=4)
    idle: timedelta = timedelta(minutes=15)
    approval: timedelta = timedelta(minutes=10)
    file: int = 50 * 2**20


@dataclass(frozen=True)
class Parts:
    """Everything that the steps use, each by its port."""

    grammar: Grammar
    policy: Policy
    redactor: Redactor
    engines: Mapping[str, Find]
    default: Default
    chat: Chat
    directory: Directory
    sessions: Sessions
    shelf: Shelf
    meter: Meter
    inbox: Inbox
    approvals: Approvals
    journal: Journal
    live: Live
    runs: Runs
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    log: Any
    channels: Mapping[str, Default] = field(default_factory=dict)
    limits: Limits = Limits()
    approvals_channel: str = ""
    audit_channel: str = ""


@asynccontextmanager
async def guarded(parts: Parts, request: Request) -> AsyncIterator[None]:
    """One line to the person for what went wrong before a thread was there; a trace for the log where it is ours."""
    try:
        yield
    except CdebugError as error:
        parts.log.info("refused", id=request.id, error=type(error).__name__, line=str(error))
        await _tell(parts, request, str(error))
    except Exception:
        parts.log.exception("internal error", id=request.id)
        await _tell(parts, request, internal_error(request))


def internal_error(request: Request) -> str:
    """What a person reads of a fault of ours."""
    return f"internal error {request.id}: that is a fault of cdebug. Its log has the details under this id."


async def _tell(parts: Parts, request: Request, line: str) -> None:
    try:
        await parts.chat.whisper(request, parts.redactor.text(line))
    except CdebugError as error:
        parts.log.warning("nobody could be told", id=request.id, line=line, why=str(error))
    except Exception:
        parts.log.exception("nobody could be told", id=request.id, line=line)
