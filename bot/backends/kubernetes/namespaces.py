"""Namespaces: whether one is there, and whether its own labels protect it, which the bot reads as itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.reviews import KubernetesReviews
from bot.core.errors import CdebugError, ForbiddenByCluster, NotFound
from bot.core.target import EVERYWHERE, PROTECTED, Resource, Scope, Thing


class KubernetesNamespaces:
    """Where objects are."""

    def __init__(self, context: KubernetesContext, reviews: KubernetesReviews) -> None:
        self._context, self._reviews = context, reviews

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        """A namespace, protected where its label says so or the bot may not read it; an empty one is the default.

        One that isn't there is protected by nothing: finding says that it isn't there. Raises Unavailable.
        """
        name = namespace or self._context.scope.namespace
        scope = replace(self._context.scope, namespace=name)
        if name == EVERYWHERE or self._context.scope.protected:
            return scope
        try:
            seen = await self._object(scope, fresh=fresh)
        except NotFound:
            return scope
        except ForbiddenByCluster:
            return replace(scope, protected=True)
        labels = seen["metadata"].get("labels") or {}
        return replace(scope, protected=labels.get(PROTECTED) == "true")

    async def shows(self, kind: str, seen: Mapping[str, Any]) -> bool:
        """Whether what an object speaks of may be known: a volume names the claim that it is bound to.

        The claim and its namespace are judged, and mentioned where they are shown. Raises Unavailable.
        """
        claim = (seen.get("spec") or {}).get("claimRef") if kind == "persistentvolume" else None
        name = (claim or {}).get("namespace")
        if not claim or not name:
            return True
        scope = await self.place(name)
        spoken_of: list[Thing] = [
            Resource(scope, "persistentvolumeclaim", claim.get("name") or "", claim.get("uid") or "")
        ]
        try:
            spoken_of.append(self._context.thing("namespace", await self._object(scope), scope))
        except NotFound:
            pass
        except ForbiddenByCluster:
            return False
        if not self._context.sees(scope) or not all(map(self._context.sees, spoken_of)):
            return False
        self._context.mentioned.extend(spoken_of)
        return True

    async def _object(self, scope: Scope, *, fresh: bool = False) -> Mapping[str, Any]:
        """A namespace as the bot reads it; known for ten seconds. Raises NotFound, ForbiddenByCluster, Unavailable."""
        known = None if fresh else self._context.namespaces.get(scope.namespace)
        if known is not None:
            return known
        seen = await self._context.own.get("read", scope, path_of("namespace", name=scope.namespace))
        return self._context.namespaces.put(scope.namespace, seen)

    async def every(self) -> dict[str, Scope]:
        """All namespaces, in one question of the bot's; what isn't in the answer is protected."""
        places = {}
        async for page in self._context.own.pages("list the namespaces of", self._context.name, path_of("namespace")):
            for seen in page["items"]:
                name, labels = seen["metadata"]["name"], seen["metadata"].get("labels") or {}
                protected = self._context.scope.protected or labels.get(PROTECTED) == "true"
                places[name] = replace(self._context.scope, namespace=name, protected=protected)
        return places

    async def exists(self, namespace: str) -> bool:
        """Whether a namespace is there, for who may know that; for others each one is."""
        scope = replace(self._context.scope, namespace=namespace)
        hidden = namespace != EVERYWHERE and not self._context.sees(scope)
        if not hidden and (namespace == EVERYWHERE or self._context.namespaces.get(namespace) is not None):
            return True
        if not await self._reviews.may("get namespaces", namespace):
            return True
        if hidden:
            return False
        try:
            await self._object(scope)
        except NotFound:
            return False
        except CdebugError:
            return True
        return True
