"""What objects of all kinds have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Condition:
    """Something that holds or not (`status` is True, False or Unknown), since when and why."""

    name: str
    status: str
    since: datetime | None = None
    reason: str = ""
    message: str = ""

    @property
    def why(self) -> str:
        return ": ".join(part for part in (self.reason, self.message) if part)


@dataclass(frozen=True)
class Refused:
    """In the place of what the engine would not tell, with its words: "couldn't look" is not "there is none"."""

    why: str


@dataclass(frozen=True)
class Requirement:
    """One line of a selector: a label's key, an operator, and values for it."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selector:
    """Which objects are meant, by their labels; empty means all."""

    labels: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class Deletion:
    """began: when it was asked for. deadline: when it is ended by force. finalizers: who must agree before it goes.

    Source: Kubernetes API conventions, ObjectMeta: deletionTimestamp is the deadline.
    """

    began: datetime
    deadline: datetime
    finalizers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ObjectFacts:
    """deletion: of what is on its way out. owners: what made it, as `kind/name`."""

    kind: str
    name: str
    namespace: str = ""
    created: datetime | None = None
    deletion: Deletion | None = None
    owners: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherFacts(ObjectFacts):
    """An object of a kind that has no facts of its own. fields: paths and what stands there, secrets hidden; more: how
    many others there are.
    """

    fields: tuple[tuple[str, str], ...] = ()
    more: int = 0
