"""What Slack handed over, recorded before it was acknowledged: enough to do the work, now or after a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.acts import Act, TypedCommand


@dataclass(frozen=True)
class Request:
    """One act of a person. Times are Slack's own `ts` texts; `at` is in seconds since the epoch."""

    id: str
    dedup: str
    act: Act
    team: str
    user: str
    channel: str
    at: float
    thread: str = ""
    message: str = ""
    trigger: str = ""
    response_url: str = ""

    @property
    def words(self) -> str:
        """What was typed: a command, a line, a form's text. Nothing for a press."""
        return getattr(self.act, "words", "")

    @property
    def stdin(self) -> str:
        """The code block of a command."""
        return getattr(self.act, "stdin", "")

    @property
    def place(self) -> Place:
        """The thread that it belongs to, or begins."""
        return Place(self.team, self.channel, self.thread or self.message)

    def saying(self, words: str) -> Request:
        """The same person's, for a command."""
        return replace(self, act=TypedCommand(words))


@dataclass(frozen=True)
class Place:
    """Where answers go: a channel, in it a thread; `root` is the message that shows the outcome."""

    team: str
    channel: str
    thread: str
    root: str = ""
