"""What the cluster reported to have happened. Source: Kubernetes API reference v1.34, core/v1 Event."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.backends.kubernetes.client import METADATA, METADATA_LIST
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import KINDS, path_of
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.objects import KubernetesObjects
from bot.core.errors import ForbiddenByCluster, NotFound
from bot.core.facts.objects import Refused
from bot.core.ports.events import Event, Horizon
from bot.core.target import EVERYWHERE, Container, Objects, Scope, Thing
from bot.core.units import parse_engine_time
from bot.together import gather

_MOST_OWNERS = 3
_KEPT = timedelta(hours=1)


class KubernetesEvents:
    """Reads events as the person; an event of what they may not see, or of what is no more, is left out."""

    def __init__(
        self, context: KubernetesContext, objects: KubernetesObjects, namespaces: KubernetesNamespaces
    ) -> None:
        self._context, self._api = context, context.api
        self._objects, self._namespaces = objects, namespaces

    async def horizon(self, scope: Scope, now: datetime) -> Horizon | None:
        """What its operator set can't be asked. Source: kube-apiserver, --event-ttl, an hour by default."""
        return Horizon(now - _KEPT, "a cluster keeps events for an hour, unless its operator set another time")

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event, None]:
        """Oldest first. Of the objects and what owns them, or of the whole place."""
        if found.items:
            seen = await self._of_things(found)
        else:
            seen = await self._of_place(found.scope)
        moments = [(at, it) for it in seen if (at := _last(it)) and since <= at <= until]
        for at, it in sorted(moments, key=lambda moment: moment[0]):
            yield _event(at, it, everywhere=found.scope.namespace == EVERYWHERE)

    async def _of_things(self, found: Objects) -> list[Mapping[str, Any]]:
        wanted: dict[str, Scope] = {}
        for thing in found.items:
            for uid in [*await self._with_owners(thing), *await self._below(thing)]:
                wanted[uid] = thing.scope
        lists = await gather(self._fetched(scope, f"involvedObject.uid={uid}") for uid, scope in wanted.items())
        return [it for each in lists for it in each]

    async def _with_owners(self, thing: Thing) -> list[str]:
        """Its UID, then its owner's, and so on. An owner that may not be read or seen ends it."""
        uid = thing.id.partition("/")[0] if isinstance(thing, Container) else getattr(thing, "id", "")
        uids, kind, name = [uid], "pod" if isinstance(thing, Container) else thing.kind, thing.name
        if kind == "node":
            return [uid, name]  # the kubelet names its node by its name
        for _ in range(_MOST_OWNERS):
            seen = await self._metadata(kind, name, thing.scope)
            owners = (seen.get("metadata") or {}).get("ownerReferences") or ()
            owner = next((it for it in owners if it.get("controller") and it["kind"].lower() in KINDS), None)
            if owner is None:
                break
            kind, name = owner["kind"].lower(), owner["name"]
            above = await self._metadata(kind, name, thing.scope)
            if not above or not self._context.sees(made_by := self._context.thing(kind, above, thing.scope)):
                break
            self._context.mentioned.append(made_by)
            uids.append(owner["uid"])
        return uids

    async def _below(self, thing: Thing) -> list[str]:
        """The pods that a workload makes, and what stands between them."""
        pods = await self._objects.pods_of(thing)
        metadata = [] if isinstance(pods, Refused) else [pod["metadata"] for pod in pods]
        between = [owner["uid"] for it in metadata for owner in it.get("ownerReferences") or ()]
        return list(dict.fromkeys([*between, *(it["uid"] for it in metadata)]))

    async def _metadata(self, kind: str, name: str, scope: Scope) -> Mapping[str, Any]:
        try:
            path = self._context.path(kind, scope.namespace, name)
            seen: Mapping[str, Any] = await self._api.get("read", f"{kind}/{name}", path, accept=METADATA)
        except (NotFound, ForbiddenByCluster):
            return {}
        return seen

    async def _fetched(self, scope: Scope, selector: str = "") -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        place = f"/namespaces/{scope.namespace}" if scope.namespace not in ("", EVERYWHERE) else ""
        query = [("fieldSelector", selector)] if selector else []
        async for page in self._api.pages("list the events of", scope, f"/api/v1{place}/events", query):
            found += page["items"]
        return found

    async def _of_place(self, scope: Scope) -> list[Mapping[str, Any]]:
        """All that are about something that is there, of a kind that is read here, and may be seen."""
        seen = await self._fetched(scope)
        kinds = {str(it["involvedObject"].get("kind", "")).lower() for it in seen} & KINDS
        places = await self._namespaces.every() if scope.namespace == EVERYWHERE else {}
        lists = await gather(self._visible(kind, scope, places) for kind in kinds)
        visible = {uid: thing for things in lists for uid, thing in things.items()}
        shown = [it for it in seen if it["involvedObject"].get("uid") in visible]
        self._context.mentioned.extend(
            {uid: visible[uid] for uid in (it["involvedObject"]["uid"] for it in shown)}.values()
        )
        return shown

    async def _visible(self, kind: str, scope: Scope, places: Mapping[str, Scope]) -> dict[str, Thing]:
        uids: dict[str, Thing] = {}
        try:
            pages = self._api.pages(f"list {kind}s in", scope, path_of(kind, scope.namespace), accept=METADATA_LIST)
            async for page in pages:
                for it in page["items"]:
                    namespace = it["metadata"].get("namespace") or ""
                    here = places.get(namespace, replace(scope, protected=True)) if places else scope
                    if self._context.sees(thing := self._context.thing(kind, it, here)):
                        uids[it["metadata"]["name" if kind == "node" else "uid"]] = thing
                        uids[it["metadata"]["uid"]] = thing
        except ForbiddenByCluster:
            return {}
        return uids


def _last(event: Mapping[str, Any]) -> datetime | None:
    """When it happened last: old events count in the object, new ones in a series."""
    series = event.get("series") or {}
    for text in (
        series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"),
        event["metadata"].get("creationTimestamp"),
    ):  # fmt: skip
        if text and (at := parse_engine_time(text)):
            return at.astimezone(UTC)
    return None


def _event(at: datetime, event: Mapping[str, Any], *, everywhere: bool) -> Event:
    about = event["involvedObject"]
    place = f"{about.get('namespace', '')}/" if everywhere and about.get("namespace") else ""
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    said = " ".join((event.get("message") or event.get("note") or "").split())
    name = f"{place}{str(about.get('kind', '')).lower()}/{about.get('name', '')}"
    return Event(at, event.get("reason") or "-", name, said, event.get("type") == "Warning", int(count))
