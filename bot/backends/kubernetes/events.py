"""What the cluster reported to have happened. Source: Kubernetes API reference v1.34, core/v1 Event."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.backends.kubernetes.client import METADATA, METADATA_LIST
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import KINDS, group_of, path_of
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.objects import KubernetesObjects
from bot.core.errors import ForbiddenByCluster, NotFound
from bot.core.facts.objects import Refused
from bot.core.ports.events import Event, Horizon, Omission
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

    async def events(self, found: Objects, since: datetime, until: datetime) -> AsyncGenerator[Event | Omission, None]:
        """Oldest first. Of the objects, what owns them and what they make, or of the whole place."""
        seen, omitted = await (self._of_things(found) if found.items else self._of_place(found.scope, since, until))
        for omission in omitted:
            yield omission
        moments = [(at, it) for it in seen if (at := _last(it)) and since <= at <= until]
        for at, it in sorted(moments, key=lambda moment: moment[0]):
            yield _event(at, it, everywhere=found.scope.namespace == EVERYWHERE)

    async def _of_things(self, found: Objects) -> tuple[list[Mapping[str, Any]], list[Omission]]:
        wanted: dict[str, Scope] = {}
        omitted: list[Omission] = []
        for thing in found.items:
            below, refused = await self._below(thing)
            omitted += [Omission(f"those of what {thing.kind}/{thing.name} makes", it.why) for it in refused]
            for uid in [*await self._with_owners(thing), *below]:
                wanted[uid] = thing.scope
        lists = await gather(self._fetched(scope, f"involvedObject.uid={uid}") for uid, scope in wanted.items())
        return [it for each in lists for it in each], omitted

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

    async def _below(self, thing: Thing) -> tuple[list[str], list[Refused]]:
        """The pods that a workload makes, and what stands between them: that has events of its own, also where it can
        make no pod.
        """
        lists = [await self._objects.made_directly(thing), await self._objects.pods_of(thing)]
        refused = [it for it in lists if isinstance(it, Refused)]
        metadata = [it["metadata"] for each in lists if not isinstance(each, Refused) for it in each]
        between = [owner["uid"] for it in metadata for owner in it.get("ownerReferences") or ()]
        return list(dict.fromkeys([*between, *(it["uid"] for it in metadata)])), refused[:1]

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

    async def _of_place(
        self, scope: Scope, since: datetime, until: datetime
    ) -> tuple[list[Mapping[str, Any]], list[Omission]]:
        """All that are about something that is there, of a kind that is read here, and may be seen; the others are
        counted, but for those of what is hidden.
        """
        seen = [it for it in await self._fetched(scope) if (at := _last(it)) and since <= at <= until]
        places = await self._namespaces.every() if scope.namespace == EVERYWHERE else {}
        seen = [it for it in seen if self._may_know(it["involvedObject"].get("namespace") or "", scope, places)]
        kinds = {kind for it in seen if (kind := _kind_read(it["involvedObject"]))}
        lists = dict(await gather(self._there(kind, scope, places) for kind in kinds))
        there = {uid: thing for things in lists.values() for uid, thing in (things or {}).items()}
        if lists.get("pod") is not None:
            there |= {pod.id: pod for pod in self._context.names.gone(places or {scope.namespace: scope})}
        visible = {uid: thing for uid, thing in there.items() if self._context.sees(thing)}
        shown = [it for it in seen if it["involvedObject"].get("uid") in visible]
        self._context.mentioned.extend(
            {uid: visible[uid] for uid in (it["involvedObject"]["uid"] for it in shown)}.values()
        )
        return shown, _omitted([it["involvedObject"] for it in seen], there, {k for k in kinds if lists[k] is not None})

    def _may_know(self, namespace: str, scope: Scope, places: Mapping[str, Scope]) -> bool:
        """Whether the place of what an event is about exists for the person: of others nothing is counted either."""
        if not places or not namespace:
            return True
        return self._context.sees(places.get(namespace, replace(scope, namespace=namespace, protected=True)))

    async def _there(self, kind: str, scope: Scope, places: Mapping[str, Scope]) -> tuple[str, dict[str, Thing] | None]:
        """The kind, with all its objects by their UIDs, hidden ones too; None where the person may not list them."""
        uids: dict[str, Thing] = {}
        try:
            pages = self._api.pages(f"list {kind}s in", scope, path_of(kind, scope.namespace), accept=METADATA_LIST)
            async for page in pages:
                for it in page["items"]:
                    namespace = it["metadata"].get("namespace") or ""
                    here = places.get(namespace, replace(scope, protected=True)) if places else scope
                    thing = self._context.thing(kind, it, here)
                    uids[it["metadata"]["name" if kind == "node" else "uid"]] = thing
                    uids[it["metadata"]["uid"]] = thing
        except (ForbiddenByCluster, NotFound):
            return kind, None
        return kind, uids


def _kind_read(about: Mapping[str, Any]) -> str:
    """The kind of what an event is about, where it is read here: of this group, with its UID. A volume's claim may be
    hidden, which its metadata doesn't say.
    """
    kind = str(about.get("kind") or "").lower()
    group = str(about.get("apiVersion") or "").rpartition("/")[0]
    known = kind in KINDS and group_of(kind)[0] == group and about.get("uid")
    return kind if known and kind != "persistentvolume" else ""


def _omitted(about: list[Mapping[str, Any]], there: Mapping[str, Thing], listed: set[str]) -> list[Omission]:
    """How many events can't be judged: what they are about is gone, or of a kind that can't be looked through."""
    others = [it for it in about if it.get("uid") not in there]
    gone = sum(_kind_read(it) in listed for it in others)
    found = [Omission.counted(gone, "what they are about is gone")] if gone else []
    if kinds := sorted({str(it.get("kind") or "unnamed") for it in others if _kind_read(it) not in listed}):
        why = f"you may not list, or cdebug doesn't read, {', '.join(kinds)}"
        found.append(Omission.counted(len(others) - gone, why))
    return found


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
