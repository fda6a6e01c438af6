"""A machine of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster.common import Groups, Rows, pairs, several


def describe(seen: Mapping[str, Any], now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    info = status.get("nodeInfo") or {}
    rows: Rows = [
        ("kubelet", info.get("kubeletVersion", "-")),
        ("system", f"{info.get('osImage', '-')}, kernel {info.get('kernelVersion', '-')}"),
        ("runtime", info.get("containerRuntimeVersion", "-")),
        ("schedulable", "no: it is cordoned" if spec.get("unschedulable") else "yes"),
        ("taints", several([_taint(it) for it in spec.get("taints") or ()])),
        ("addresses", several([f"{it['type']} {it['address']}" for it in status.get("addresses") or ()])),
    ]
    room: Rows = [("capacity", pairs(status.get("capacity"))), ("allocatable", pairs(status.get("allocatable")))]
    return [("Node", rows), ("Room", room)]


def _taint(taint: Mapping[str, Any]) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint['key']}{value}:{taint['effect']}"
