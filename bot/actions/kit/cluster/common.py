"""What objects of all kinds have: labels, an owner, conditions; and values as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.units import parse_engine_time, show_age

Rows = list[tuple[str, str]]
Groups = list[tuple[str, Rows]]
_MOST = 20


def about(seen: Mapping[str, Any], now: datetime) -> Groups:
    """Where it is, how old, who made it, and its labels."""
    metadata = seen["metadata"]
    rows = [("namespace", metadata["namespace"])] if "namespace" in metadata else []
    rows.append(("age", age(metadata.get("creationTimestamp"), now)))
    if metadata.get("deletionTimestamp"):
        rows.append(("being deleted", f"since {age(metadata['deletionTimestamp'], now)}"))
    rows += [("made by", f"{it['kind'].lower()}/{it['name']}") for it in metadata.get("ownerReferences") or ()]
    rows += [("labels", pairs(metadata.get("labels")))] if metadata.get("labels") else []
    return [("Object", rows)]


def conditions(seen: Mapping[str, Any], now: datetime) -> Groups:
    """Each condition, for how long it holds, and why."""
    rows = []
    for it in (seen.get("status") or {}).get("conditions") or ():
        since = it.get("lastTransitionTime")
        why = ": ".join(part for part in (it.get("reason"), it.get("message")) if part)
        rows.append(
            (it["type"], f"{it['status']}{f' for {age(since, now)}' if since else ''}{f' ({why})' if why else ''}")
        )
    return [("Conditions", rows)]


def age(text: str | None, now: datetime) -> str:
    """`5m`; a dash where nothing was said."""
    return show_age(parse_engine_time(text or ""), now)


def pairs(values: Mapping[str, Any] | None) -> str:
    """`app=web, tier=front`."""
    return ", ".join(f"{key}={value}" for key, value in list((values or {}).items())[:_MOST]) or "none"


def selector(of: Mapping[str, Any] | None) -> str:
    """A label selector as `-l` takes it."""
    if not of:
        return "everything"
    parts = [f"{key}={value}" for key, value in (of.get("matchLabels") or {}).items()]
    for each in of.get("matchExpressions") or ():
        values = ",".join(each.get("values") or ())
        parts.append(f"{each['key']} {each['operator']}{f' ({values})' if values else ''}")
    return ", ".join(parts) or "everything"


def several(values: Sequence[str]) -> str:
    """Some of them, and how many more."""
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(values[:_MOST]) + more if values else "none"
