"""A pod, and what makes pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.facts.containers import ContainerFacts
from bot.core.facts.objects import ObjectFacts, Refused, Selector


@dataclass(frozen=True)
class Volume:
    """What can be mounted: its kind, as `configMap`, and the name of what is behind it."""

    name: str
    kind: str
    source: str = ""


@dataclass(frozen=True)
class Toleration:
    """A taint that doesn't keep it away; an empty key means all, an empty effect any."""

    key: str = ""
    value: str = ""
    effect: str = ""


@dataclass(frozen=True)
class Template:
    """What the pods are made of."""

    containers: tuple[ContainerFacts, ...] = ()
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PodFacts(ObjectFacts):
    """reason and message: why the whole pod is as it is. containers: ordinary, init, ephemeral. gates: conditions that
    must hold, too, before it is ready.
    """

    phase: str = "Unknown"
    reason: str = ""
    message: str = ""
    node: str = ""
    ip: str = ""
    ips: tuple[str, ...] = ()
    host_network: bool = False
    service_account: str = "default"
    restart_policy: str = "Always"
    qos: str = ""
    containers: tuple[ContainerFacts, ...] = ()
    volumes: tuple[Volume, ...] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str = ""
    gates: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return any(it.name == "Ready" and it.status == "True" for it in self.conditions)


@dataclass(frozen=True, kw_only=True)
class WorkloadFacts(ObjectFacts):
    """A deployment, stateful set, daemon set or replica set, and its pods as far as they may be seen.

    wanted: None where it says none. total: pods that are there, old and new. observed: whether its controller has taken
    up the last change. partition: how many it leaves as they are. revision: of which one its new pods are, if it says.
    """

    wanted: int | None = None
    total: int = 0
    paused: bool = False
    partition: int = 0
    revision: str = ""
    ready: int = 0
    up_to_date: int = 0
    available: int = 0
    unavailable: int = 0
    observed: bool = True
    selector: Selector = field(default_factory=Selector)
    strategy: str = ""
    rolling: Mapping[str, str] = field(default_factory=dict)
    template: Template = field(default_factory=Template)
    pods: tuple[PodFacts, ...] | Refused = ()


@dataclass(frozen=True, kw_only=True)
class JobFacts(ObjectFacts):
    """backoff_limit: how many pods may fail before it gives up."""

    succeeded: int = 0
    completions: int = 1
    active: int = 0
    failed: int = 0
    backoff_limit: int = 6
    started: datetime | None = None
    finished: datetime | None = None
    template: Template = field(default_factory=Template)
    pods: tuple[PodFacts, ...] | Refused = ()


@dataclass(frozen=True, kw_only=True)
class CronJobFacts(ObjectFacts):
    """running: names of its jobs that are under way. jobs: its newest, newest first; others: how many more it has."""

    schedule: str
    time_zone: str = ""
    suspended: bool = False
    concurrency: str = "Allow"
    last_run: datetime | None = None
    last_success: datetime | None = None
    running: tuple[str, ...] = ()
    template: Template = field(default_factory=Template)
    jobs: tuple[JobFacts, ...] | Refused = ()
    others: int = 0
