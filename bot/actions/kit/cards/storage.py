"""Claims, config maps and namespaces."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, several
from bot.core.facts.cluster import ClaimFacts, ConfigKey, ConfigMapFacts, NamespaceFacts
from bot.core.units import show_bytes


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
    return [("Namespace", [("phase", facts.phase or "-")])]
