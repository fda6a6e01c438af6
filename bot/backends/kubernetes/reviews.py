"""What a cluster grants somebody, as it says itself; and what a namespace's own labels say, read as the bot.

Source: authorization.k8s.io/v1, SelfSubjectAccessReview. A review as the person needs no right of the bot's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.backends.kubernetes.kinds import group_of, path_of
from bot.backends.kubernetes.part import KubernetesPart
from bot.core.errors import CdebugError, ForbiddenByCluster, NotFound
from bot.core.target import EVERYWHERE, PROTECTED, Found, Node, Resource, Scope, things_of
from bot.together import gather

_CONNECTED = ("pods/exec", "pods/attach", "pods/portforward")
_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class KubernetesReviews(KubernetesPart):
    """Asks before anything is done."""

    async def may(self, right: str, namespace: str) -> bool:
        """Whether the person has a right, as `list pods` or `get deployments.apps`, there. Kept for ten seconds."""
        who = tuple(self.api.who())
        known = self.grants.get((who, right, namespace))
        if known is not None:
            return known
        verb, _, resource = right.partition(" ")
        resource, _, group = resource.partition(".")
        resource, _, part = resource.partition("/")
        attributes = {"verb": verb, "resource": resource, "subresource": part, "group": group}
        attributes |= {"namespace": "" if namespace == EVERYWHERE else namespace}
        body = {
            "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
            "spec": {"resourceAttributes": attributes},
        }  # fmt: skip
        said = await self.api.post("ask for your rights in", self.scope.context, _PATH, body)
        return self.grants.put((who, right, namespace), bool(said["status"].get("allowed")))

    async def review(self, found: Found, rights: Sequence[str]) -> list[str]:
        """The rights that the person lacks there, in the words of `kubectl auth can-i`."""
        kinds = {it.kind if isinstance(it, Resource | Node) else "pod" for it in things_of(found)} or {"pod"}
        asked = [right.replace("KIND", _resource(kind)) for right in rights for kind in sorted(kinds)]
        if await self._creates():
            asked += [right.replace("get", "create", 1) for right in asked if right.endswith(_CONNECTED)]
        asked = list(dict.fromkeys(asked))
        things = things_of(found)
        namespace = things[0].scope.namespace if things else found.scope.namespace
        held = await gather(self.may(right, namespace) for right in asked)
        return [right for right, has in zip(asked, held, strict=True) if not has]

    async def _creates(self) -> bool:
        """Whether this server wants `create` for what is connected to, too. Source: Kubernetes 1.35's changelog."""
        version = await self.own.get("reach", self.scope.context, "/version")
        return int("".join(filter(str.isdigit, version["minor"])) or 0) >= 35

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        """A namespace, protected where its label says so or the bot may not read it; an empty one is the default.

        One that isn't there is protected by nothing: finding says that it isn't there. Raises Unavailable.
        """
        name = namespace or self.scope.namespace
        scope = replace(self.scope, namespace=name)
        if name == EVERYWHERE or self.scope.protected:
            return scope
        known = None if fresh else self.places.get(name)
        if known is not None:
            return known
        try:
            seen = await self.own.get("read", scope, path_of("namespace", name=name))
        except NotFound:
            return scope
        except ForbiddenByCluster:
            return replace(scope, protected=True)
        labels = seen["metadata"].get("labels") or {}
        found = replace(scope, protected=labels.get(PROTECTED) == "true")
        self.places.put(name, found)
        return found

    async def every_place(self) -> dict[str, Scope]:
        """All namespaces, in one question of the bot's; what isn't in the answer is protected."""
        places = {}
        async for page in self.own.pages("list the namespaces of", self.scope.context, path_of("namespace")):
            for seen in page["items"]:
                name, labels = seen["metadata"]["name"], seen["metadata"].get("labels") or {}
                protected = self.scope.protected or labels.get(PROTECTED) == "true"
                places[name] = replace(self.scope, namespace=name, protected=protected)
        return places

    async def exists(self, namespace: str) -> bool:
        """Whether a namespace is there, for who may know that; for others each one is."""
        hidden = namespace != EVERYWHERE and not self.sees(replace(self.scope, namespace=namespace))
        if not hidden and (namespace == EVERYWHERE or self.places.get(namespace) is not None):
            return True
        if not await self.may("get namespaces", namespace):
            return True
        if hidden:
            return False
        try:
            await self.own.get("read", namespace, path_of("namespace", name=namespace))
        except NotFound:
            return False
        except CdebugError:
            return True
        return True


def _resource(kind: str) -> str:
    """`deployments.apps`."""
    group, plural = group_of(kind)
    return f"{plural}.{group}" if group else plural
