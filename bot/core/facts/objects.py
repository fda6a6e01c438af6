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


@dataclass(frozen=True, kw_only=True)
class ObjectFacts:
    """deleting: since when it is on its way out. owners: what made it, as `kind/name`."""

    kind: str
    name: str
    namespace: str = ""
    created: datetime | None = None
    deleting: datetime | None = None
    owners: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
