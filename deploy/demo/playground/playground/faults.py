"""Switches for tests: Slack on a bad day."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """How the next `times` calls of `method` (or of all) go: 429, 500, `timeout`, or `lost`: done, not answered."""

    method: str
    answer: int | str
    times: int = 1
    retry_after: int = 1


@dataclass
class Faults:
    """redeliver: every payload comes twice. expire_triggers: modals are always too late. older_blocks: the newer blocks
    are not known.
    """

    answers: list[Answer] = field(default_factory=list)
    redeliver: bool = False
    expire_triggers: bool = False
    older_blocks: bool = False

    def set(self, wanted: dict[str, Any]) -> None:
        """Take the switches of one request; an empty one turns all off."""
        self.answers = [Answer(**each) for each in wanted.get("answers", [])]
        self.redeliver = bool(wanted.get("redeliver"))
        self.expire_triggers = bool(wanted.get("expire_triggers"))
        self.older_blocks = bool(wanted.get("older_blocks"))

    def next_answer(self, method: str) -> Answer | None:
        for answer in self.answers:
            if answer.method in (method, "*") and answer.times > 0:
                answer.times -= 1
                return answer
        return None


class Rates:
    """Slack's pace: a bucket a channel and a kind of call."""

    def __init__(self) -> None:
        self._level: dict[tuple[str, str], tuple[float, float]] = {}

    def admit(self, kind: str, channel: str) -> float:
        """0 where the call may pass, else the seconds to wait."""
        capacity, a_second = {"post": (5.0, 1.0), "update": (8.0, 50 / 60)}[kind]
        level, then = self._level.get((kind, channel), (capacity, time.monotonic()))
        now = time.monotonic()
        level = min(capacity, level + (now - then) * a_second)
        if level < 1:
            self._level[kind, channel] = (level, now)
            return (1 - level) / a_second
        self._level[kind, channel] = (level - 1, now)
        return 0.0
