"""What a desk verb asks for. Desk verbs touch no engine and call nothing above: they return one of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShowManual:
    """Explain a verb, or list them all."""

    topic: str = ""


@dataclass(frozen=True)
class UseScope:
    """Make a place the channel's default; an empty one shows which it is."""

    place: str = ""


@dataclass(frozen=True)
class Rerun:
    """Run the thread's command again."""


@dataclass(frozen=True)
class StopRuns:
    """Stop what runs in this thread."""


@dataclass(frozen=True)
class GrepKept:
    """Show the lines of the thread's last result that hold a pattern."""

    pattern: str


@dataclass(frozen=True)
class SaveKept:
    """Hand out the thread's last result as a file."""


@dataclass(frozen=True)
class ApproveRequest:
    """Approve a request."""

    id: str


@dataclass(frozen=True)
class DenyRequest:
    """Deny a request, and why."""

    id: str
    why: str = ""


@dataclass(frozen=True)
class ListRequests:
    """Show the requests that wait."""


@dataclass(frozen=True)
class ListSessions:
    """Show what runs in this channel."""


@dataclass(frozen=True)
class WhoAmI:
    """Show who the asker is to the bot."""


@dataclass(frozen=True)
class MayI:
    """Say what policy decides of a command, without doing it."""

    command: str


@dataclass(frozen=True)
class ReadAudit:
    """Show the audit's last records, of a person, of a target, since a moment."""

    who: str = ""
    target: str = ""
    since: str = ""


@dataclass(frozen=True)
class CleanUp:
    """Remove what cdebug made, by name; show what there is where nothing is named. mine: all of the asker's own."""

    names: tuple[str, ...] = ()
    mine: bool = False


Effect = (
    ShowManual
    | UseScope
    | Rerun
    | StopRuns
    | GrepKept
    | SaveKept
    | ApproveRequest
    | DenyRequest
    | ListRequests
    | ListSessions
    | WhoAmI
    | MayI
    | ReadAudit
    | CleanUp
)
