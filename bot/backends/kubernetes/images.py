"""The images that a cluster's nodes hold, as their kubelets tell it: each its fifty largest, unless told otherwise.

Source: Kubernetes API reference v1.34, NodeStatus.images; kubelet configuration, nodeStatusMaxImages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.facts.objects import status_of
from bot.core.errors import ForbiddenByCluster, UsageError
from bot.core.facts.objects import Refused
from bot.core.images import parse_image
from bot.core.ports.images import ImageDetail
from bot.core.target import Image, Scope


class KubernetesImages:
    """Reads nodes as the person; one that may not be seen holds nothing."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context = context

    async def found(self, name: str) -> list[Image]:
        """Those of a name, or of one that begins so; all for no name. Raises ForbiddenByCluster, Unavailable."""
        held = await self._held()
        wanted = [it for it in held if not name or _is_called(it, name)]
        wanted = wanted or [it for it in held if any(tag.startswith(name) for tag in it.tags)]
        return [it.image for it in wanted]

    async def images(self, images: Sequence[Image]) -> list[ImageDetail]:
        """Raises ForbiddenByCluster, Unavailable."""
        wanted = {it.id for it in images}
        return [it for it in await self._held() if it.image.id in wanted]

    async def _held(self) -> list[ImageDetail]:
        scope = replace(self._context.scope, namespace="")
        nodes = await self._context.listed("node", scope)
        if isinstance(nodes, Refused):
            raise ForbiddenByCluster("cannot list the nodes of", scope, why=nodes.why, hint="`can` shows what you may.")
        self._context.mentioned.extend(self._context.thing("node", it, scope) for it in nodes)
        known: dict[str, ImageDetail] = {}
        for node in nodes:
            for it in status_of(node).get("images") or ():
                if detail := self._seen(_detail(it, node["metadata"]["name"], scope)):
                    before = known.get(detail.image.id, detail)
                    tags = tuple(dict.fromkeys((*before.tags, *detail.tags)))
                    places = tuple(dict.fromkeys((*before.nodes, *detail.nodes)))
                    known[detail.image.id] = replace(before, tags=tags, nodes=places)
        return list(known.values())

    def _seen(self, detail: ImageDetail | None) -> ImageDetail | None:
        """With those of its names that may be seen; None where none is left."""
        if detail is None or not detail.tags:
            return detail if detail and self._context.sees(detail.image) else None
        tags = tuple(tag for tag in detail.tags if self._context.sees(replace(detail.image, name=tag)))
        return replace(detail, image=replace(detail.image, name=tags[0]), tags=tags) if tags else None


def _detail(seen: Mapping[str, Any], node: str, scope: Scope) -> ImageDetail | None:
    names = [str(name) for name in seen.get("names") or ()]
    if not names:
        return None
    digest = next((name.partition("@")[2] for name in names if "@" in name), "")
    tags = tuple(_familiar(name for name in names if "@" not in name))
    image = Image(scope, digest or names[0], tags[0] if tags else names[0])
    return ImageDetail(image, tags, int(seen.get("sizeBytes") or 0), None, nodes=(node,))


def _familiar(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        try:
            yield parse_image(name).familiar
        except UsageError:
            yield name


def _is_called(image: ImageDetail, name: str) -> bool:
    wanted = set(_familiar([name]))
    return image.image.id.startswith(name) or any(tag in wanted or tag.rpartition(":")[0] == name for tag in image.tags)
