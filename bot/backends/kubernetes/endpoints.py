"""Endpoints and endpoint slices name pods: what somebody may not see is taken out of them.

Source: Kubernetes API reference v1.34, Endpoints and EndpointSlice; their columns as the server prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

POINTING = ("endpoints", "endpointslice")
_ADDRESSES = ("addresses", "notReadyAddresses")
_MOST = 3


def without_hidden(seen: Mapping[str, Any], pods: set[str]) -> Mapping[str, Any]:
    """The object with only these pods in it, and with what is no pod's."""
    shown = {**seen}
    if "endpoints" in seen:
        shown["endpoints"] = [it for it in seen["endpoints"] or () if _stands_for(it, pods)]
    if "subsets" in seen:
        shown["subsets"] = [_of_subset(it, pods) for it in seen["subsets"] or ()]
    return shown


def pods_in(seen: Mapping[str, Any]) -> list[str]:
    """The names of the pods that it points to."""
    every = [*(seen.get("endpoints") or ())]
    every += [it for subset in seen.get("subsets") or () for key in _ADDRESSES for it in subset.get(key) or ()]
    targets = [it.get("targetRef") or {} for it in every]
    return [str(target["name"]) for target in targets if target.get("kind") == "Pod" and target.get("name")]


def _of_subset(subset: Mapping[str, Any], pods: set[str]) -> Mapping[str, Any]:
    kept = {key: [it for it in subset[key] or () if _stands_for(it, pods)] for key in _ADDRESSES if key in subset}
    return {**subset, **kept}


def _stands_for(endpoint: Mapping[str, Any], pods: set[str]) -> bool:
    target = endpoint.get("targetRef") or {}
    return target.get("kind") != "Pod" or target.get("name") in pods


def addresses(seen: Mapping[str, Any]) -> str:
    """What a list shows of it under ENDPOINTS."""
    shown = [address for it in seen.get("endpoints") or () for address in it.get("addresses") or ()]
    for subset in seen.get("subsets") or ():
        ports = [it["port"] for it in subset.get("ports") or ()]
        shown += [f"{it['ip']}:{port}" for port in ports for it in subset.get("addresses") or ()]
    more = f" + {len(shown) - _MOST} more..." if len(shown) > _MOST else ""
    return ",".join(shown[:_MOST]) + more or "<none>"
