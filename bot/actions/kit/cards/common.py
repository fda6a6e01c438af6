"""What objects of all kinds have: labels, an owner, conditions; and values as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.facts.objects import Deletion, ObjectFacts, Refused, Selector
from bot.core.units import show_age

Rows = list[tuple[str, str]]
Groups = list[tuple[str, Rows]]
_MOST = 20


def about(facts: ObjectFacts, now: datetime) -> Groups:
    """Where it is, how old, who made it, and its labels."""
    rows = [("namespace", facts.namespace)] if facts.namespace else []
    rows.append(("age", show_age(facts.created, now)))
    rows += _deletion(facts.deletion, now) if facts.deletion else []
    rows += [("made by", owner) for owner in facts.owners]
    rows += [("labels", pairs(facts.labels))] if facts.labels else []
    return [("Object", rows)]


def _deletion(of: Deletion, now: datetime) -> Rows:
    left = (
        f"{show_age(now, of.deadline)} left" if now < of.deadline else f"{show_age(of.deadline, now)} past its deadline"
    )
    rows = [("being deleted", f"since {show_age(of.began, now)}, {left}")]
    return rows + ([("waiting for finalizers", several(of.finalizers))] if of.finalizers else [])


def conditions(facts: ObjectFacts, now: datetime) -> Groups:
    """Each condition, for how long it holds, and why."""
    rows = []
    for it in facts.conditions:
        since = f" for {show_age(it.since, now)}" if it.since else ""
        rows.append((it.name, f"{it.status}{since}{f' ({it.why})' if it.why else ''}"))
    return [("Conditions", rows)]


def pairs(values: Mapping[str, Any]) -> str:
    """`app=web, tier=front`."""
    return ", ".join(f"{key}={value}" for key, value in list(values.items())[:_MOST]) or "none"


def selection(selector: Selector) -> str:
    """A label selector as `-l` takes it."""
    parts = [f"{key}={value}" for key, value in selector.labels.items()]
    for each in selector.requirements:
        values = ",".join(each.values)
        parts.append(f"{each.key} {each.operator}{f' ({values})' if values else ''}")
    return ", ".join(parts) or "everything"


def not_told(refused: Refused) -> tuple[str, str]:
    """A row in the place of what the cluster would not tell."""
    return ("not known", refused.why)


def several(values: Sequence[str]) -> str:
    """Some of them, and how many more."""
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(values[:_MOST]) + more if values else "none"
