"""What a workload was made of before, as the cluster remembers it.

Sources: apps/v1, ReplicaSet (of a deployment: its revision is an annotation) and ControllerRevision (of the others).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.facts.objects import moment
from bot.backends.kubernetes.kinds import is_made_by
from bot.backends.kubernetes.selectors import selector_of
from bot.core.edits import Edit, differences
from bot.core.errors import ForbiddenByCluster, NotFound, NotRunning
from bot.core.facts.objects import Refused
from bot.core.ports.changes import Revision
from bot.core.target import Resource

Json = Mapping[str, Any]
_REVISION = "deployment.kubernetes.io/revision"
_CAUSE = "kubernetes.io/change-cause"
_HASH = "pod-template-hash"


@dataclass(frozen=True)
class _Kept:
    """A revision with the whole of what its pods were made of."""

    number: int
    name: str
    made: datetime | None
    cause: str
    template: Json


class KubernetesRevisions:
    """Each raises NotFound, ForbiddenByCluster, Unavailable."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def revisions(self, thing: Resource) -> Sequence[Revision]:
        """The newest first."""
        seen = await self._api.get("read", thing, self._context.path(thing.kind, thing.scope.namespace, thing.name))
        kept = await self._kept(thing, seen)
        before = [*kept[1:], None]
        return [
            Revision(
                it.number,
                it.made,
                tuple((each["name"], each.get("image") or "") for each in it.template["spec"]["containers"]),
                it.cause,
                tuple(_short(edit) for edit in differences(older.template, it.template)) if older else (),
                present=it.template == _template(seen),
            )
            for it, older in zip(kept, before, strict=True)
        ]

    async def template_of(self, thing: Resource, seen: Json, number: int) -> Json:
        """What its pods were made of; 0 for the last that isn't the present one. Raises NotFound, NotRunning."""
        kept = await self._kept(thing, seen)
        known = ", ".join(str(it.number) for it in kept)
        found = next((it for it in kept if (it.number == number if number else it.template != _template(seen))), None)
        if found is None:
            what = f"no revision {number} of" if number else "no other revision is kept of"
            raise NotFound(what, thing, hint=f"`rollout history` lists what is kept: {known or 'none'}.")
        if found.template == _template(seen):
            raise NotRunning("nothing to change on", thing, why=f"it is as it was in revision {found.number}")
        return found.template

    async def _kept(self, thing: Resource, seen: Json) -> list[_Kept]:
        kept = await (self._replica_sets if thing.kind == "deployment" else self._controller_revisions)(thing, seen)
        return sorted(kept, key=lambda it: -it.number)

    async def _replica_sets(self, thing: Resource, seen: Json) -> list[_Kept]:
        query = [("labelSelector", selector_of(seen))]
        found = await self._context.listed("replicaset", thing.scope, query=query)
        if isinstance(found, Refused):
            raise ForbiddenByCluster("cannot read the revisions of", thing, why=found.why)
        return [
            _kept(it, int(_annotation(it, _REVISION) or 0), it["spec"]["template"])
            for it in found
            if is_made_by(it["metadata"], thing.kind, thing.name)
        ]

    async def _controller_revisions(self, thing: Resource, seen: Json) -> list[_Kept]:
        path = f"/apis/apps/v1/namespaces/{thing.scope.namespace}/controllerrevisions"
        query = [("labelSelector", selector_of(seen))]
        found = (await self._api.get("read the revisions of", thing, path, query))["items"]
        return [
            _kept(it, int(it["revision"]), it["data"]["spec"]["template"])
            for it in found
            if is_made_by(it["metadata"], thing.kind, thing.name)
            and self._context.sees(self._context.thing("controllerrevision", it, thing.scope))
        ]


def _kept(seen: Json, number: int, template: Json) -> _Kept:
    name, made = seen["metadata"]["name"], moment(seen["metadata"].get("creationTimestamp"))
    return _Kept(number, name, made, _annotation(seen, _CAUSE), _plain(template))


def _annotation(seen: Json, name: str) -> str:
    return str((seen["metadata"].get("annotations") or {}).get(name) or "")


def _template(seen: Json) -> Json:
    return _plain(seen["spec"]["template"])


def _plain(template: Json) -> Json:
    """Without what a controller writes into it."""
    metadata = {name: value for name, value in (template.get("metadata") or {}).items() if value is not None}
    if labels := metadata.get("labels"):
        metadata["labels"] = {name: value for name, value in labels.items() if name != _HASH}
    return {**{name: value for name, value in template.items() if name != "$patch"}, "metadata": metadata}


def _short(edit: Edit) -> str:
    """A place in a template, and what an image became; other values may be nobody's to read."""
    place = str(edit).removeprefix("spec.containers.").removeprefix("spec.")
    return f"{place}: {edit.new}" if edit.place[-1] == "image" else place
