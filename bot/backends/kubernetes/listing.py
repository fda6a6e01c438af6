"""Lists, as the server's own tables: the columns and cells that kubectl prints, with each object's metadata.

Source: Kubernetes API concepts, "Receiving resources as Tables".
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.client import MOST_PAGES, PAGE
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.endpoints import POINTING, addresses
from bot.backends.kubernetes.kinds import is_made_by
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.objects import KubernetesObjects
from bot.core.errors import NotFound, UsageError
from bot.core.facts.objects import Refused
from bot.core.paths import pick
from bot.core.target import EVERYWHERE, Node, Resource, Row, Scope, Thing

_FEW = 50
_READ_WHOLE = {*POINTING, "persistentvolume"}  # what they speak of may be hidden
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


class KubernetesListing:
    """Lists as the person."""

    def __init__(
        self, context: KubernetesContext, objects: KubernetesObjects, namespaces: KubernetesNamespaces
    ) -> None:
        self._context, self._api = context, context.api
        self._objects, self._namespaces = objects, namespaces

    async def listed(
        self,
        kind: str,
        scope: Scope,
        *,
        name: str = "",
        selector: str = "",
        fields: str = "",
        order: str = "",
        maker: tuple[str, str] = ("", ""),
    ) -> list[Resource | Node]:
        """What may be seen of a kind, with its rows. name: of one object; selector, fields: by labels and by fields;
        order: the place that each row is to tell; maker: kind and name of the workload whose own pods are meant.

        Raises ForbiddenByCluster, Unavailable.
        """
        wide = self._context.is_cluster_wide(kind)
        places = await self._namespaces.every() if scope.namespace == EVERYWHERE and not wide else {}
        found: list[Resource | Node] = []
        pods: dict[str, dict[str, Thing] | Refused] = {}
        columns: tuple[str, ...] = ()
        async for page in self._tables(kind, scope, name, selector, fields, order):
            columns = columns or tuple(_column(it) for it in page["columnDefinitions"])
            for row in page.get("rows") or ():
                metadata = row["object"]["metadata"]
                if maker[0] and not is_made_by(metadata, *maker):
                    continue
                here = scope
                if places:
                    name_ = metadata["namespace"]
                    here = places.get(name_, replace(scope, namespace=name_, protected=True))
                cells = tuple(_cell(cell) for cell in row["cells"])
                if kind in POINTING:
                    if here.namespace not in pods:
                        pods[here.namespace] = await self._objects.pods_seen(here)
                    cells = self._with_seen_addresses(columns, cells, row["object"], pods[here.namespace])
                at = _place(row["object"], order) if order else None
                shown = Row(columns, cells, metadata.get("creationTimestamp") or "", at)
                thing = self._context.thing(kind, row["object"], here, shown)
                if self._context.sees(thing) and await self._namespaces.shows(kind, row["object"]):
                    found.append(thing)
        return found

    def _with_seen_addresses(
        self,
        columns: tuple[str, ...],
        cells: tuple[str, ...],
        seen: Mapping[str, Any],
        pods: Mapping[str, Thing] | Refused,
    ) -> tuple[str, ...]:
        """A row without the addresses of pods that may not be seen; where no pod may be listed, that is said."""
        at = columns.index("ENDPOINTS")
        if isinstance(pods, Refused):
            return (*cells[:at], "not known: you may not list pods", *cells[at + 1 :])
        shown = self._objects.without_hidden(seen, pods)
        return cells if shown == seen else (*cells[:at], addresses(shown), *cells[at + 1 :])

    async def _tables(
        self, kind: str, scope: Scope, name: str, selector: str, fields: str, order: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        """One object by its name is one GET, which somebody may have a right to who may not list."""
        alone = (
            name and not (selector or fields) and (scope.namespace != EVERYWHERE or self._context.is_cluster_wide(kind))
        )
        is_read_whole = kind in _READ_WHOLE or (order and not order.startswith(".metadata"))
        query = [("includeObject", "Object" if is_read_whole else "Metadata")]
        if alone:
            path = self._context.path(kind, scope.namespace, name)
            try:
                page = await self._api.get(f"read {kind} `{name}` in", scope, path, query, accept=_TABLE)
            except NotFound:
                return
            yield _as_table(page)
            return
        fields = ",".join(filter(None, (f"metadata.name={name}" if name else "", fields)))
        query += [(key, value) for key, value in (("labelSelector", selector), ("fieldSelector", fields)) if value]
        # Whole objects may have a megabyte each.
        size, most = (_FEW, MOST_PAGES * PAGE // _FEW) if is_read_whole else (PAGE, MOST_PAGES)
        path = self._context.path(kind, scope.namespace)
        async for page in self._api.pages(f"list {kind}s in", scope, path, query, accept=_TABLE, most=most, size=size):
            yield _as_table(page)


def _as_table(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a server that prints no tables, as an aggregated API's may be: names and ages."""
    if "columnDefinitions" in page:
        return page
    columns = [{"name": "Name"}, {"name": "Created At"}]
    items = page.get("items") if "items" in page else [page]
    cells = [(it, it["metadata"]["name"], it["metadata"].get("creationTimestamp")) for it in items or ()]
    return {"columnDefinitions": columns, "rows": [{"object": it, "cells": [name, at]} for it, name, at in cells]}


def _place(seen: Mapping[str, Any], path: str) -> str:
    """What is there; nothing where it has none."""
    try:
        found = pick(seen, path)
    except UsageError:
        return ""
    return found if isinstance(found, str) else json.dumps(found)


def _column(definition: Mapping[str, Any]) -> str:
    """A column's name as kubectl prints it; those that only `-o wide` shows end in a `+`."""
    return str(definition["name"]).upper() + ("+" if definition.get("priority") else "")


def _cell(value: Any) -> str:
    return "<none>" if value in (None, "") else str(value)
