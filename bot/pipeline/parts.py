"""What the journey is made of, handed in by app.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.grammar import Grammar
from bot.core.limits import Limits
from bot.core.policy import Policy
from bot.core.ports.chat import Chat, Directory
from bot.core.ports.finding import FindPort
from bot.core.ports.state import Approvals, Inbox, Journal, Ledger, Live, Meter, Sessions, Shelf
from bot.core.redact import Redactor
from bot.core.request import Request
from bot.core.session import Default
from bot.runs import Runs


@dataclass(frozen=True)
class Parts:
    """Everything that the steps use, each by its port."""

    grammar: Grammar
    policy: Policy
    redactor: Redactor
    engines: Mapping[str, FindPort]
    default: Default
    chat: Chat
    directory: Directory
    sessions: Sessions
    shelf: Shelf
    meter: Meter
    inbox: Inbox
    approvals: Approvals
    journal: Journal
    ledger: Ledger
    live: Live
    runs: Runs
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    log: Any
    fingerprint: Callable[[str, str], str]
    channels: Mapping[str, Default] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    approvals_channel: str = ""
    audit_channel: str = ""


def internal_error(request: Request) -> str:
    """What a person reads of a fault of ours."""
    return f"internal error {request.id}: that is a fault of cdebug. Its log has the details under this id."
