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


Effect = ShowManual | UseScope | Rerun | StopRuns | GrepKept | SaveKept
