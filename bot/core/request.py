"""What Slack handed over, recorded before it was acknowledged: enough to do the work, now or after a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

Kind = Literal["command", "press", "choose", "form", "line"]


@dataclass(frozen=True)
class Request:
    """One act of a person. Times are Slack's own `ts` texts; `at` is in seconds since the epoch.

    command: `text` holds the words, `stdin` the code block after them. press: a button, `action` and `value` say
    which. choose: a menu, `value` is the index picked of menu `action`. form: a modal, `action` names it, `text` is
    what was typed, `value` what it was opened for. line: `text` is a line for the thread's shell.
    """

    id: str
    dedup: str
    kind: Kind
    team: str
    user: str
    channel: str
    at: float
    text: str = ""
    stdin: str = ""
    action: str = ""
    value: str = ""
    thread: str = ""
    message: str = ""
    trigger: str = ""
    response_url: str = ""

    @property
    def place(self) -> Place:
        """The thread that it belongs to, or begins."""
        return Place(self.team, self.channel, self.thread or self.message)

    def to_json(self) -> str:
        return json.dumps(vars(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Request:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Place:
    """Where answers go: a channel, in it a thread; `root` is the message that shows the outcome."""

    team: str
    channel: str
    thread: str
    root: str = ""
