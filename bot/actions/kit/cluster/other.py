"""Claims, config maps and namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster.common import Groups, Rows, several
from bot.core.units import show_bytes

Json = Mapping[str, Any]


def describe_claim(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    rows: Rows = [
        ("phase", status.get("phase", "-")),
        ("class", spec.get("storageClassName") or "none: a volume must be made by hand"),
        ("asked for", str(((spec.get("resources") or {}).get("requests") or {}).get("storage", "-"))),
        ("has", str((status.get("capacity") or {}).get("storage", "nothing yet"))),
        ("volume", spec.get("volumeName") or "none yet"),
        ("access", several(spec.get("accessModes") or [])),
    ]
    return [("Claim", rows)]


def describe_configmap(seen: Json, now: datetime) -> Groups:
    """Keys and sizes: the values are `inspect`'s, which hides what is secret."""
    rows: Rows = [(key, show_bytes(len(value.encode()))) for key, value in (seen.get("data") or {}).items()]
    rows += [
        (key, f"binary, {show_bytes(len(value) * 3 // 4)}") for key, value in (seen.get("binaryData") or {}).items()
    ]
    return [("Keys", rows or [("", "none")])]


def describe_namespace(seen: Json, now: datetime) -> Groups:
    return [("Namespace", [("phase", (seen.get("status") or {}).get("phase", "-"))])]
