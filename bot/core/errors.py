"""What went wrong, as one line for a person; the classes follow who can act on it.

Only the text of a `CdebugError` reaches Slack. Anything else is an internal fault: the person is
told its id, the log has its trace.
"""

from __future__ import annotations

from typing import Any


class CdebugError(Exception):
    """`what` happened, on which `target`, `why`, and a `hint` of what to do next.

    lacks_program: the container has not what it takes; what stands beside it may have.
    """

    lacks_program = False

    def __init__(self, what: str, target: object = "", *, why: str = "", hint: str = "") -> None:
        self.what, self.target, self.why, self.hint = what, str(target).replace("`", "ˋ"), why, hint
        super().__init__(what)

    @property
    def brief(self) -> str:
        """What happened, without the hint: a hint names what this person may see, and others perhaps not."""
        line = f"{self.what} `{self.target}`" if self.target else self.what
        line = f"{line}: {self.why}" if self.why else line
        return line.replace("\n", "␤")  # what somebody typed begins no line of ours

    def __str__(self) -> str:
        line = self.brief
        line = line if line.endswith((".", "!", "?")) else f"{line}."
        return f"{line} {self.hint}".strip()


class UsageError(CdebugError):
    """The words can't be understood: the requester types them anew."""


class NotFound(CdebugError):
    """Nothing of that name is there now."""


class NoProgram(NotFound):
    """The container is there, and the program is not in it."""

    lacks_program = True


class NotRunning(CdebugError):
    """The container is there and not in a state that allows this."""


class Unsupported(CdebugError):
    """The engine of this context has no such thing."""


class NoShell(Unsupported):
    """The container is there, and no shell or tool in it by which it could be done."""

    lacks_program = True


class Denied(CdebugError):
    """Policy, or what can't be known, forbids it.

    found: the object that it is about, where one was found. recorded: it is in the audit already, or is too many.
    """

    found: Any = None
    recorded = False

    def __str__(self) -> str:
        return f"denied: {super().__str__()}"


class ForbiddenByCluster(CdebugError):
    """The cluster's own rules refuse it to this person: its operator can grant it."""


class Unavailable(CdebugError):
    """An engine, Slack or Redis can't be reached right now."""


class TimedOut(Unavailable):
    """It was reached and did not answer in time."""


class Misconfigured(CdebugError):
    """The operator must change a setting."""
