"""What pods stand on: nodes, claims, settings, namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.facts.objects import ObjectFacts, Refused
from bot.core.facts.pods import PodFacts


@dataclass(frozen=True)
class Taint:
    """What keeps pods away that don't tolerate it."""

    key: str
    effect: str
    value: str = ""


@dataclass(frozen=True)
class Share:
    """What a pod takes of its node: of CPUs, and of memory in bytes; a limit of 0 is none.

    Source: Kubernetes, "Resource sharing within containers": the larger of its containers' and its init containers'.
    """

    pod: PodFacts
    cpus: float = 0.0
    memory: float = 0.0
    cpu_limit: float = 0.0
    memory_limit: float = 0.0


@dataclass(frozen=True, kw_only=True)
class NodeFacts(ObjectFacts):
    """addresses: as `InternalIP 10.0.0.1`. capacity, allocatable: quantities as they were written; cpus, memory: the
    allocatable ones as numbers. pods: that run there or are about to.
    """

    kubelet: str = ""
    system: str = ""
    kernel: str = ""
    runtime: str = ""
    cordoned: bool = False
    taints: tuple[Taint, ...] = ()
    addresses: tuple[str, ...] = ()
    capacity: Mapping[str, str] = field(default_factory=dict)
    allocatable: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 0.0
    memory: float = 0.0
    pods: tuple[Share, ...] | Refused = ()


@dataclass(frozen=True, kw_only=True)
class ClaimFacts(ObjectFacts):
    """A persistent volume claim; sizes as they were written."""

    phase: str = ""
    storage_class: str = ""
    requested: str = ""
    capacity: str = ""
    volume: str = ""
    access_modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConfigKey:
    """A key of a config map, never its value; size in bytes."""

    name: str
    size: int
    binary: bool = False


@dataclass(frozen=True, kw_only=True)
class ConfigMapFacts(ObjectFacts):
    """Its keys."""

    keys: tuple[ConfigKey, ...] = ()


@dataclass(frozen=True)
class Quota:
    """uses: of each resource, how much is used and how much may be, as they were written."""

    name: str
    uses: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Range:
    """What a limit range says of one resource: how it is called there (`default`, `max`, …) and the quantity."""

    name: str
    kind: str
    resource: str
    bounds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class NamespaceFacts(ObjectFacts):
    """phase: Active or Terminating."""

    phase: str = ""
    quotas: tuple[Quota, ...] | Refused = ()
    ranges: tuple[Range, ...] | Refused = ()
