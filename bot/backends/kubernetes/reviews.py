"""What a cluster grants somebody, as it says itself.

Source: authorization.k8s.io/v1, SelfSubjectAccessReview. A review as the person needs no right of the bot's.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.backends.kubernetes.context import KubernetesContext
from bot.core.target import EVERYWHERE, Found, Node, Resource, things_of
from bot.together import gather

_CONNECTED = ("pods/exec", "pods/attach", "pods/portforward")
_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class KubernetesReviews:
    """Asks before anything is done."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def may(self, right: str, namespace: str) -> bool:
        """Whether the person has a right, as `list pods` or `get deployments.apps`, there. Kept for ten seconds."""
        who = tuple(self._api.who())
        known = self._context.grants.get((who, right, namespace))
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
        said = await self._api.post("ask for your rights in", self._context.name, _PATH, body)
        return self._context.grants.put((who, right, namespace), bool(said["status"].get("allowed")))

    async def review(self, found: Found, rights: Sequence[str]) -> list[str]:
        """The rights that the person lacks there, in the words of `kubectl auth can-i`."""
        kinds = {it.kind if isinstance(it, Resource | Node) else "pod" for it in things_of(found)} or {"pod"}
        asked = [right.replace("KIND", self._context.resource(kind)) for right in rights for kind in sorted(kinds)]
        if await self._creates():
            asked += [right.replace("get", "create", 1) for right in asked if right.endswith(_CONNECTED)]
        asked = list(dict.fromkeys(asked))
        things = things_of(found)
        namespace = things[0].scope.namespace if things else found.scope.namespace
        held = await gather(self.may(right, namespace) for right in asked)
        return [right for right, has in zip(asked, held, strict=True) if not has]

    async def _creates(self) -> bool:
        """Whether this server wants `create` for what is connected to, too. Source: Kubernetes 1.35's changelog."""
        version = await self._context.own.get("reach", self._context.name, "/version")
        return int("".join(filter(str.isdigit, version["minor"])) or 0) >= 35
