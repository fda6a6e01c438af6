"""What a command will make, change or remove: resolved before anybody decides, and carried out as it stands.

Policy judges it (`context.plan`), the card shows all of it, and an approval is good for this one plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.core.target import NewObject, Scope
from bot.core.units import show_duration


@dataclass(frozen=True)
class Change:
    """Something that is there already, and how it is changed; nothing where it is removed. patch: as JSON."""

    kind: str
    name: str
    patch: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Plan:
    """Empty for a command that only reads.

    capabilities: those that are gained over the target's own. host_namespaces: `pid`, `network`, `ipc`. secrets: how
    many Secrets become readable. ends_s: seconds after which what is made ends by itself. passed_over: plans that were
    not taken, stronger and weaker ones, and why.
    """

    images: tuple[str, ...] = ()
    privileged: bool = False
    capabilities: tuple[str, ...] = ()
    host_namespaces: tuple[str, ...] = ()
    host_paths: tuple[str, ...] = ()
    secrets: int = 0
    creates: tuple[NewObject, ...] = ()
    patches: tuple[Change, ...] = ()
    deletes: tuple[Change, ...] = ()
    ends_s: float = 0.0
    passed_over: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != NO_PLAN

    def to_json(self) -> str:
        """All of it, in one order."""
        return json.dumps(asdict(self), sort_keys=True) if self else ""

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The inverse."""
        return cls(**{name: _read(name, value) for name, value in json.loads(text).items()}) if text else NO_PLAN


NO_PLAN = Plan()


def _read(name: str, value: Any) -> Any:
    if name == "creates":
        return tuple(NewObject(**{**each, "scope": Scope(**each["scope"])}) for each in value)
    if name in ("patches", "deletes"):
        return tuple(Change(**each) for each in value)
    if name == "passed_over":
        return tuple((plan, why) for plan, why in value)
    return tuple(value) if isinstance(value, list) else value


def for_policy(plan: Plan) -> Mapping[str, Any]:
    """As `context.plan` has it; `POLICY` is its type."""
    return {
        "images": list(plan.images),
        "privileged": plan.privileged,
        "capabilities": list(plan.capabilities),
        "hostNamespaces": list(plan.host_namespaces),
        "hostPaths": list(plan.host_paths),
        "secrets": plan.secrets,
        "creates": [f"{it.kind}/{it.name}" for it in plan.creates],
        "patches": list(map(str, plan.patches)),
        "deletes": list(map(str, plan.deletes)),
    }


_SETS = ("images", "capabilities", "hostNamespaces", "hostPaths", "creates", "patches", "deletes")
POLICY = f"{', '.join(f'{name}: Set<String>' for name in _SETS)}, privileged: Bool, secrets: Long"


def rows_of(plan: Plan) -> Iterator[tuple[str, str]]:
    """The whole plan, as an approver reads it."""
    yield from (("image", image) for image in plan.images)
    if plan.privileged:
        yield "privileged", "yes: it can do to the machine whatever root can"
    yield from (("gains capability", name) for name in plan.capabilities)
    yield from (("joins the host's", f"{name} namespace") for name in plan.host_namespaces)
    yield from (("mounts from the host", path) for path in plan.host_paths)
    if plan.secrets:
        yield "secrets", f"{plan.secrets} become readable"
    for thing in plan.creates:
        yield "creates", f"{thing.kind}/{thing.name}"
        yield from ((f"  {key}", _plain(value)) for key, value in sorted(thing.spec.items()))
    for change in plan.patches:
        yield "changes", f"{change}: {change.patch}"
    yield from (("deletes", str(change)) for change in plan.deletes)
    if plan.ends_s:
        yield "ends by itself", f"after {show_duration(plan.ends_s)}"
    yield from ((f"not {name}", why) for name, why in plan.passed_over)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
