"""What a name means in a cluster, now, to the person who asks.

Order: an exact name is one GET as the person; then a workload of that name; then a label or the start of a name,
from the bot's own watch and only after an access review as the person. A workload means all its pods for what
merges them, and one ready pod for the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from rapidfuzz import fuzz, process

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.images import KubernetesImages
from bot.backends.kubernetes.kinds import KINDS, is_made_by, path_of
from bot.backends.kubernetes.listing import KubernetesListing
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.pods import containers_of, is_ready
from bot.backends.kubernetes.reviews import KubernetesReviews
from bot.backends.kubernetes.selectors import selector_of
from bot.core.errors import ForbiddenByCluster, NotFound, Unsupported, UsageError
from bot.core.kinds import ANY, WORKLOADS
from bot.core.takes import Takes
from bot.core.target import (
    EVERYWHERE,
    Candidates,
    Container,
    Found,
    Node,
    Objects,
    Resource,
    Scope,
    TargetRef,
    Thing,
    things_of,
)
from bot.together import gather

Pod = Mapping[str, Any]
_SYNC_S = 3.0
_MENU = 101
_ALIKE = 5
_NEAR = 55.0
_WITH_PODS = frozenset({"pod", "service", *WORKLOADS})
_NOT_OBJECTS = frozenset({"image", "network"})
_OTHERS = (*WORKLOADS, "service", "ingress", "networkpolicy", "persistentvolumeclaim", "configmap")


def _is_inside(takes: Takes) -> bool:
    """Whether a container of a pod is meant, and not the pod as a list shows it."""
    return "container" in takes.kinds and not takes.listed


def _has_name(found: Candidates, name: str) -> bool:
    return any(thing.name == name for match in found.matches for thing in things_of(match))


class KubernetesFinder:
    """Finds objects, and containers in pods."""

    def __init__(
        self,
        context: KubernetesContext,
        listing: KubernetesListing,
        reviews: KubernetesReviews,
        namespaces: KubernetesNamespaces,
        images: KubernetesImages,
    ) -> None:
        self._context, self._api = context, context.api
        self._listing, self._reviews, self._namespaces, self._images = listing, reviews, namespaces, images

    def kinds(self, takes: Takes) -> frozenset[str]:
        """Which kinds a verb that takes this can be pointed at."""
        if takes.only in _NOT_OBJECTS:
            return takes.kinds
        return (
            (_WITH_PODS | {"container"}) if _is_inside(takes) else KINDS | {"secret", ANY}
        )  # refused by its own words

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        """Raises NotFound, ForbiddenByCluster, Unavailable, and UsageError for what a cluster has not."""
        if takes.only == "network":
            raise Unsupported(
                "a cluster has no networks with names: that is for docker contexts", hint="`get netpol` lists policies."
            )
        if takes.only == "image":
            scope = replace(self._context.scope, namespace="")
            found = await self._images.found(ref.name)
            return Candidates((Objects(scope, tuple(found)),) if found or not ref.name else ())
        if ref.kind:
            ref = replace(ref, kind=await self._context.kind(ref.kind))
            self._context.path(ref.kind)
        scope = await self._namespaces.place(ref.namespace)
        try:
            return await self._find(ref, takes, scope)
        except ForbiddenByCluster:
            if not self._context.is_cluster_wide(ref.kind) and not await self._namespaces.exists(scope.namespace):
                raise await self._no_namespace(scope) from None
            raise

    async def _find(self, ref: TargetRef, takes: Takes, scope: Scope) -> Candidates:
        if takes.listed:
            found = await self._listed(ref, takes, scope)
        elif takes.many and not ref.name and not ref.selector:
            found = Candidates((Objects(scope, ()),))
        elif _is_inside(takes):
            found = await self._inside(ref, takes, scope)
        else:
            found = await self._object(ref, scope)
            if takes.gone and ref.kind in ("", "pod") and not _has_name(found, ref.name):
                removed = self._seen(await self._removed(ref.name, scope))
                found = removed if removed.matches else found
        if not found.matches or found.matches == (Objects(scope, ()),):
            kind = ref.kind or "pod"
            if not self._context.is_cluster_wide(kind) and not await self._namespaces.exists(scope.namespace):
                raise await self._no_namespace(scope)
            if not found.matches:
                return Candidates((), await self._alike(ref, kind, scope))
        return found

    # ---- lists

    async def _listed(self, ref: TargetRef, takes: Takes, scope: Scope) -> Candidates:
        """Rows of a kind; a name that is a workload's, or begins some pods' names, means those pods."""
        kind = ref.kind or "pod"
        listed = partial(self._listing.listed, fields=ref.fields, order=ref.order)
        if takes.only == "container" and kind in WORKLOADS:
            owner = await self._read(kind, ref.name, scope) if ref.name else None
            if ref.name and owner is None:
                return Candidates()
            selector = selector_of(owner) if owner else ref.selector
            maker = (kind, ref.name) if ref.name else ("", "")
            made = await listed("pod", scope, selector=selector, maker=maker)
            return Candidates((Objects(scope, tuple(made)),))
        things = await listed(kind, scope, name=ref.name, selector=ref.selector)
        if not things and ref.name and not ref.kind:
            if workload := await self._workload(ref.name, scope):
                selector = selector_of(workload[1])
                maker = (workload[0], ref.name)
                things = await listed("pod", scope, selector=selector, maker=maker)
            else:
                names = [pod.name for pod in await self._by_part(ref.name, scope)]
                every = await listed("pod", scope) if names else []
                things = [it for it in every if it.name in names]
        if not things and ref.name:
            return Candidates()
        return Candidates((Objects(scope, tuple(things)),))

    # ---- one object

    async def _object(self, ref: TargetRef, scope: Scope) -> Candidates:
        kind = ref.kind or "pod"
        if not ref.name:
            found = await self._listing.listed(kind, scope, selector=ref.selector)
            return Candidates(tuple(found[:_MENU]))
        if seen := await self._read(kind, ref.name, scope):
            return self._seen([self._context.thing(kind, seen, scope)])
        if ref.kind == "pod":
            return self._seen(await self._by_part(ref.name, scope))
        if ref.kind:
            return Candidates()
        others = [(kind, self._optional(kind, ref.name, scope)) for kind in _OTHERS]
        answers = await gather(answer for _, answer in others)
        for (kind, _), seen in zip(others, answers, strict=True):
            if seen:
                return self._seen([self._context.thing(kind, seen, scope)])
        return self._seen(await self._by_part(ref.name, scope))

    def _seen(self, things: Iterable[Thing]) -> Candidates:
        return Candidates(tuple(thing for thing in things if self._context.sees(thing)))

    async def _read(self, kind: str, name: str, scope: Scope) -> Mapping[str, Any] | None:
        """One GET as the person; None for what isn't there, or isn't there for them."""
        try:
            seen: Mapping[str, Any] = await self._api.get(
                f"read {kind} `{name}` in", scope, self._context.path(kind, scope.namespace, name)
            )
        except NotFound:
            return None
        if not self._context.sees(self._context.thing(kind, seen, scope)):
            return None
        return seen if await self._namespaces.shows(kind, seen) else None

    async def _optional(self, kind: str, name: str, scope: Scope) -> Mapping[str, Any]:
        """The same where nobody said that it is of this kind: what the person may not read isn't meant."""
        try:
            return await self._read(kind, name, scope) or {}
        except ForbiddenByCluster:
            return {}

    # ---- containers

    async def _inside(self, ref: TargetRef, takes: Takes, scope: Scope) -> Candidates:
        if ref.kind and ref.kind not in (*_WITH_PODS, "container"):
            raise UsageError("no container is in a", ref.kind, hint="Name a pod, or a workload of pods.")
        if scope.namespace == EVERYWHERE:
            raise UsageError("a container is in one namespace", hint="Name it with `-n`; `ps -A` lists all pods.")
        if not ref.name:
            pods = [pod async for pod in self._pods_of(ref.selector, scope)]
            return (
                self._of_workload(pods, ref, scope) if takes.merged and ref.selector else self._each(pods, ref, scope)
            )
        if ref.kind in ("", "pod", "container") and (pod := await self._read("pod", ref.name, scope)):
            return self._whole(self._containers(pod, ref, scope), scope)
        inside = ref.kind in ("pod", "container")
        if not inside and (workload := await self._workload(ref.name, scope, ref.kind)):
            selected = self._pods_of(selector_of(workload[1]), scope)
            pods = [pod async for pod in selected if is_made_by(pod["metadata"], workload[0], ref.name)]
            if not pods:
                raise NotFound(
                    f"{workload[0]}/{ref.name} has no pod in",
                    scope,
                    hint=f"`describe {workload[0]}/{ref.name}` says why.",
                )
            if takes.merged:
                return self._of_workload(pods, ref, scope)
            return self._first_seen(sorted(pods, key=lambda pod: not is_ready(pod)), ref, scope)
        names = [pod.name for pod in await self._by_part(ref.name, scope)] if inside or not ref.kind else []
        pods = [pod for name in names if (pod := await self._read("pod", name, scope))]
        return self._each(pods, ref, scope)

    def _containers(self, pod: Pod, ref: TargetRef, scope: Scope) -> list[Container]:
        if not self._context.sees(self._context.thing("pod", pod, scope)):
            return []
        found = containers_of(pod, scope, ref.container, self._context.sees)
        return (
            found
            if self._context.hides_mounted
            else [replace(it, secret_paths=(), secret_variables=()) for it in found]
        )

    def _whole(self, containers: list[Container], scope: Scope) -> Candidates:
        """One container, or those of one pod as one match."""
        if len(containers) > 1:
            return Candidates((Objects(scope, tuple(containers)),))
        return Candidates(tuple(containers))

    def _each(self, pods: list[Pod], ref: TargetRef, scope: Scope) -> Candidates:
        matches: list[Found] = []
        for pod in pods:
            matches += self._whole(self._containers(pod, ref, scope), scope).matches
        return Candidates(tuple(matches))

    def _of_workload(self, pods: list[Pod], ref: TargetRef, scope: Scope) -> Candidates:
        return self._whole([it for pod in pods for it in self._containers(pod, ref, scope)], scope)

    def _first_seen(self, pods: list[Pod], ref: TargetRef, scope: Scope) -> Candidates:
        for pod in pods:
            if containers := self._containers(pod, ref, scope):
                return self._whole(containers, scope)
        return Candidates()

    async def _workload(self, name: str, scope: Scope, kind: str = "") -> tuple[str, Mapping[str, Any]] | None:
        """The workload of that name that stands highest, or of that kind."""
        if kind:  # what is refused of a kind that was named is no "nothing"
            seen = await self._read(kind, name, scope)
            return (kind, seen) if seen else None
        kinds = WORKLOADS
        answers = await gather(self._optional(each, name, scope) for each in kinds)
        return next(((each, seen) for each, seen in zip(kinds, answers, strict=True) if seen), None)

    async def _pods_of(self, selector: str, scope: Scope) -> AsyncIterator[Pod]:
        query = [("labelSelector", selector)] if selector else []
        async for page in self._api.pages("list the pods of", scope, path_of("pod", scope.namespace), query):
            for pod in page["items"]:
                yield pod

    # ---- parts of names

    async def _by_part(self, name: str, scope: Scope) -> list[Resource]:
        """Pods that carry it as a label, else those whose names begin so. As many as a menu shows, and one more."""
        if not await self._may_search(scope):
            return []
        for found in (self._context.names.labelled(name, scope), self._context.names.begin_with(name, scope)):
            if seen := list(islice((pod for pod in found if self._context.sees(pod)), _MENU)):
                return seen
        return []

    async def _removed(self, name: str, scope: Scope) -> list[Resource]:
        """Pods of that name that are no more."""
        if not await self._may_search(scope):
            return []
        return [pod for pod in self._context.names.gone({scope.namespace: scope}) if pod.name == name]

    async def _may_search(self, scope: Scope) -> bool:
        return await self._reviews.may("list pods", scope.namespace) and await self._context.names.settled(_SYNC_S)

    async def _alike(self, ref: TargetRef, kind: str, scope: Scope) -> tuple[Thing, ...]:
        """What is there that looks like it: pods from the watch, other kinds from one list as the person."""
        if not ref.name:
            return ()
        if kind == "pod":
            near: Iterable[Thing] = self._context.names.alike(ref.name, scope) if await self._may_search(scope) else ()
            return tuple(islice((pod for pod in near if self._context.sees(pod)), _ALIKE))
        try:
            known: dict[str, Resource | Node] = {it.name: it for it in await self._listing.listed(kind, scope)}
        except ForbiddenByCluster:
            return ()
        found = process.extract(ref.name, list(known), scorer=fuzz.ratio, limit=_ALIKE, score_cutoff=_NEAR)
        return tuple(known[name] for name, _, _ in found)

    async def _no_namespace(self, scope: Scope) -> NotFound:
        hint = "`get namespaces` shows which there are."
        if await self._reviews.may("list namespaces", ""):
            names = [it.name for it in await self._listing.listed("namespace", scope)]
            near = process.extract(scope.namespace, names, scorer=fuzz.ratio, limit=3, score_cutoff=_NEAR)
            if near:
                hint = f"Did you mean {' or '.join(f'`{name}`' for name, _, _ in near)}?"
        return NotFound(f"no namespace is called `{scope.namespace}` in `{scope.context}`", hint=hint)
