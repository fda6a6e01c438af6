"""Which objects a selector means, in the API's words and by themselves. Source: meta/v1, LabelSelector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.errors import UsageError


def selector_of(workload: Mapping[str, Any]) -> str:
    """A workload's or a service's own selector, in the API's words. A cron job's pods carry its jobs' names alone.

    Source: Kubernetes API concepts, "Label selectors".
    """
    spec = workload["spec"]
    if "jobTemplate" in spec:
        raise UsageError(
            "a cron job has no pods of its own:", workload["metadata"]["name"], hint="`get jobs` lists its jobs."
        )
    selector = spec.get("selector") or {}
    if not selector:
        raise UsageError("it selects no pods:", workload["metadata"]["name"], hint="`describe` shows what it is.")
    if "matchLabels" not in selector and "matchExpressions" not in selector:
        return ",".join(f"{key}={value}" for key, value in selector.items())
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for each in selector.get("matchExpressions") or ():
        values = f"({','.join(each.get('values') or ())})"
        parts.append(
            {
                "In": f"{each['key']} in {values}",
                "NotIn": f"{each['key']} notin {values}",
                "Exists": each["key"],
                "DoesNotExist": f"!{each['key']}",
            }[each["operator"]]
        )
    return ",".join(parts)


def selects(selector: Mapping[str, str] | None, labels: Mapping[str, str]) -> bool:
    """A service without a selector selects nothing."""
    return bool(selector) and all(labels.get(key) == value for key, value in (selector or {}).items())


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A label selector of the API; an empty one selects everything."""
    if not all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(each: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(each["key"]), each.get("values") or ()
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[each["operator"]]
