"""Metadata and conditions, which objects of all kinds have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.core.facts.objects import Condition, Deletion, Refused, Requirement, Selector
from bot.core.units import parse_engine_time

Json = Mapping[str, Any]
Listed = list[Json] | Refused


def about(kind: str, seen: Json) -> dict[str, Any]:
    """The fields of ObjectFacts."""
    metadata = seen["metadata"]
    return {
        "kind": kind,
        "name": metadata["name"],
        "namespace": metadata.get("namespace") or "",
        "created": moment(metadata.get("creationTimestamp")),
        "deletion": _deletion(metadata),
        "owners": tuple(f"{it['kind'].lower()}/{it['name']}" for it in metadata.get("ownerReferences") or ()),
        "labels": metadata.get("labels") or {},
        "conditions": tuple(map(_condition, status_of(seen).get("conditions") or ())),
    }


def _deletion(metadata: Json) -> Deletion | None:
    deadline = moment(metadata.get("deletionTimestamp"))
    if deadline is None:
        return None
    grace = timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0)
    return Deletion(deadline - grace, deadline, tuple(metadata.get("finalizers") or ()))


def status_of(seen: Json) -> Json:
    """Nothing before its controller has said anything."""
    status = seen.get("status")
    return status if isinstance(status, dict) else {}


def _condition(it: Json) -> Condition:
    since = moment(it.get("lastTransitionTime"))
    return Condition(it["type"], it["status"], since, it.get("reason") or "", it.get("message") or "")


def moment(text: str | None) -> datetime | None:
    return parse_engine_time(text or "")


def selector(of: Json | None) -> Selector:
    """A label selector."""
    known = of or {}
    requirements = (
        Requirement(it["key"], it["operator"], tuple(it.get("values") or ()))
        for it in known.get("matchExpressions") or ()
    )
    return Selector(known.get("matchLabels") or {}, tuple(requirements))
