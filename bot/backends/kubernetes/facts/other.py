"""Objects of any kind: the values in their specification and status that stand near the top.

Source: Kubernetes API conventions, "Spec and Status": most kinds have both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.backends.kubernetes.facts.objects import about
from bot.core.facts.objects import OtherFacts
from bot.core.redact import hide_settings

Json = Mapping[str, Any]
_DEEPEST, _MOST, _LONGEST = 3, 40, 2_000
_APART = frozenset({"apiVersion", "kind", "metadata"})


def other(kind: str, seen: Json) -> OtherFacts:
    body = hide_settings({name: value for name, value in seen.items() if name not in _APART})
    if isinstance(status := body.get("status"), dict):
        body["status"] = {name: value for name, value in status.items() if name != "conditions"}
    fields = [field for name, value in body.items() for field in _fields(name, value, 0)]
    return OtherFacts(**about(kind, seen), fields=tuple(fields[:_MOST]), more=max(0, len(fields) - _MOST))


def _fields(path: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """`spec.replicas: 3`; a list of plain values is one, and what is nested deeper is counted."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from _fields(f"{path}.{name}", inner, depth + 1)
    elif isinstance(value, dict):
        yield path, f"{len(value)} fields"
    elif isinstance(value, list) and any(isinstance(it, dict | list) for it in value):
        yield path, f"{len(value)} item{'s' if len(value) > 1 else ''}"
    elif value not in (None, "", [], {}):
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        # Whole or not at all: a part of a secret doesn't look like one.
        yield path, text if len(text) <= _LONGEST else f"{len(text):,} characters"
