"""How long and how much: what the YAML's `limits` say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


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
