"""Claims, config maps and namespaces."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, not_told, several
from bot.core.facts.cluster import ClaimFacts, ConfigKey, ConfigMapFacts, NamespaceFacts, Range
from bot.core.facts.objects import Refused
from bot.core.units import show_bytes

_BOUNDS = {
    "default": "limit if it sets none",
    "defaultRequest": "request if it sets none",
    "max": "at most",
    "min": "at least",
    "maxLimitRequestRatio": "limit at most so many times its request:",
}


def describe_claim(facts: ClaimFacts, now: datetime) -> Groups:
    rows: Rows = [
        ("phase", facts.phase or "-"),
        ("class", facts.storage_class or "none: a volume must be made by hand"),
        ("asked for", facts.requested or "-"),
        ("has", facts.capacity or "nothing yet"),
        ("volume", facts.volume or "none yet"),
        ("access", several(facts.access_modes)),
    ]
    return [("Claim", rows)]


def describe_config_map(facts: ConfigMapFacts, now: datetime) -> Groups:
    """Keys and sizes: the values are `inspect`'s, which hides what is secret."""
    return [("Keys", [(it.name, _size(it)) for it in facts.keys] or [("", "none")])]


def _size(it: ConfigKey) -> str:
    return f"binary, {show_bytes(it.size)}" if it.binary else show_bytes(it.size)


def describe_namespace(facts: NamespaceFacts, now: datetime) -> Groups:
    """Its quotas with what is used of them, and what containers get that ask for nothing."""
    groups: Groups = [("Namespace", [("phase", facts.phase or "-")])]
    if isinstance(facts.quotas, Refused):
        groups.append(("Quotas", [not_told(facts.quotas)]))
    else:
        groups += [
            (f"Quota {it.name}", [(name, f"{used} of {of}") for name, used, of in it.uses]) for it in facts.quotas
        ]
    if isinstance(facts.ranges, Refused):
        return [*groups, ("Limits", [not_told(facts.ranges)])]
    return [*groups, ("Limits", [(f"{it.resource} of a {it.kind.lower()}", _bounds(it)) for it in facts.ranges])]


def _bounds(it: Range) -> str:
    return f"{', '.join(f'{_BOUNDS.get(name, name)} {of}' for name, of in it.bounds)} ({it.name})"
