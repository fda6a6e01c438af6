"""What pods stand on: nodes, claims, settings, namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.facts.objects import ObjectFacts


@dataclass(frozen=True)
class Taint:
    """What keeps pods away that don't tolerate it."""

    key: str
    effect: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class NodeFacts(ObjectFacts):
    """addresses: as `InternalIP 10.0.0.1`. capacity, allocatable: quantities as they were written."""

    kubelet: str = ""
    system: str = ""
    kernel: str = ""
    runtime: str = ""
    cordoned: bool = False
    taints: tuple[Taint, ...] = ()
    addresses: tuple[str, ...] = ()
    capacity: Mapping[str, str] = field(default_factory=dict)
    allocatable: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, kw_only=True)
class NamespaceFacts(ObjectFacts):
    """phase: Active or Terminating."""

    phase: str = ""
