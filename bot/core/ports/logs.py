"""What containers wrote."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.output import Lines
from bot.core.target import Container


@dataclass(frozen=True)
class LogQuery:
    """Which part of a log. tail: number of last lines, None for all; previous: of the run before this one."""

    tail: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    timestamps: bool = False
    follow: bool = False
    previous: bool = False


@runtime_checkable
class LogsPort(Protocol):
    def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]: ...
