"""What is to become of something that makes containers, before anybody knows how an engine writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EACH = "*"  # as a container's name


@dataclass(frozen=True)
class WantedReplicas:
    """So many of them."""

    count: int


@dataclass(frozen=True)
class WantedImages:
    """By the container's name, or for each."""

    of: Mapping[str, str]


@dataclass(frozen=True)
class WantedVariables:
    """By name; None for one that goes."""

    of: Mapping[str, str | None]
    container: str = EACH


@dataclass(frozen=True)
class WantedResources:
    """Quantities by resource, as `cpu`; what isn't named stays."""

    requests: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    container: str = EACH


@dataclass(frozen=True)
class WantedSidecar:
    """One more container in each pod, which sees the processes of the others. user: `UID[:GID]`, nothing for its
    image's own. volumes: those of the others that it has too, to read.
    """

    name: str
    image: str
    user: str = ""
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restarted:
    """All of them anew, a few at a time."""


@dataclass(frozen=True)
class Paused:
    """Whether later changes wait."""

    yes: bool


@dataclass(frozen=True)
class RolledBack:
    """As it was in an earlier revision; 0 for the one before the present one."""

    revision: int = 0


WorkloadWish = (
    WantedReplicas | WantedImages | WantedVariables | WantedResources | WantedSidecar | Restarted | Paused | RolledBack
)
