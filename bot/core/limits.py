"""How long, how much and what of: what the YAML allows a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.images import ImageRules


@dataclass(frozen=True)
class Limits:
    """longest: a run's time; follow: a follow's; shell, idle: a shell's, and without a line; approval: a request's.

    file: bytes that one file may have. images: which may be started.
    """

    longest: timedelta = timedelta(minutes=10)
    follow: timedelta = timedelta(minutes=30)
    shell: timedelta = timedelta(hours=4)
    idle: timedelta = timedelta(minutes=15)
    approval: timedelta = timedelta(minutes=10)
    file: int = 50 * 2**20
    images: ImageRules = field(default_factory=ImageRules)
