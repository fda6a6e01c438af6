"""What a name means on a Docker Engine, now.

Order: exact name or id, compose service, label or image, id prefix, unique name prefix; the first
step with a match decides. One match runs, several become a menu, none shows what looks alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.backends.docker.context import SERVICE, DockerContext, capped
from bot.backends.docker.gone import Past
from bot.core.errors import UsageError
from bot.core.takes import Takes, one
from bot.core.target import EVERYWHERE, Candidates, Container, Image, Network, Objects, TargetRef, Thing

_SHORTEST_ID = 4
_CONTAINERS = frozenset({"container", "service"})
_OTHERS = frozenset({"image", "network"})
_ANYTHING = one("object", *_OTHERS)
T = TypeVar("T", Container, Image, Network)


class DockerFinder:
    """Finds containers, images and networks."""

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    def kinds(self, takes: Takes) -> frozenset[str]:
        """Which kinds a verb that takes this can be pointed at."""
        return takes.kinds & _OTHERS | (frozenset() if takes.kinds <= _OTHERS else _CONTAINERS)

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        """Raises Unavailable where the engine doesn't answer."""
        if ref.fields:
            raise UsageError("field selectors are for clusters, not", ref.fields, hint="`-l app=web` finds by label.")
        if ref.container and takes.only:
            raise UsageError("a Docker container has no containers in it:", ref.container, hint=f"Write `{ref.name}`.")
        kind = ref.kind or (takes.only if takes.only in _OTHERS else "container")
        things: Sequence[Thing]
        if kind == "image":
            things = await self._images()
            matches: list[Thing] = list(_by_name(ref.name, things, _image_steps(ref.name)) if ref.name else things)
        elif kind == "network":
            things = await self._networks()
            matches = list(_by_name(ref.name, things, _plain_steps(ref.name)) if ref.name else things)
        elif takes.gone and not ref.name and not ref.selector:
            return Candidates((Objects(replace(self._context.scope, namespace=ref.namespace), ()),))
        else:
            containers = [] if ref.container else await self._containers(ref)  # name:tag is an image's
            things = containers
            matches = list(_by_name(ref.name, containers, _container_steps(ref)) if ref.name else containers)
            if takes.gone and ref.name and not any(ref.name in (it.name, it.id) for it in containers):
                past = await Past.of(self._context, ref.namespace)
                matches = [*past.removed(ref.name)] or matches
        if not matches and not takes.only and not ref.kind and ref.name:
            return await self._other_kinds(ref, things)
        if takes.merged and _of_one_service(matches):
            return Candidates((Objects(replace(self._context.scope, namespace=ref.namespace), tuple(matches)),))
        if takes.many and (matches or not ref.name):
            scope = replace(self._context.scope, namespace=ref.namespace)
            return Candidates((Objects(scope, tuple(matches)),))
        return Candidates(tuple(matches), () if matches else alike(ref.name, things))

    async def _other_kinds(self, ref: TargetRef, containers: Sequence[Thing]) -> Candidates:
        """Not a container: an image, whose name may have slashes and a tag, or a network."""
        path = "/".join(part for part in (ref.namespace, ref.name) if part)
        image = f"{path}:{ref.container}" if ref.container else path
        for kind, name in (("image", image), ("network", ref.name)):
            found = await self.find(TargetRef(name, kind=kind), _ANYTHING)
            if found.matches:
                return found
        return Candidates((), alike(ref.name, containers))

    async def _containers(self, ref: TargetRef) -> list[Container]:
        found = await (self._context.listed(label=ref.selector.split(",")) if ref.selector else self._context.listed())
        return [item for item in found if ref.namespace in ("", EVERYWHERE) or item.scope.namespace == ref.namespace]

    async def _images(self) -> list[Image]:
        listed = await self._client.call("list the images of", self._context.name, lambda api: api.images())
        found = [
            Image(self._context.scope, row["Id"], name, capped(row.get("Labels")))
            for row in listed
            for name in (row.get("RepoTags") or [row["Id"].removeprefix("sha256:")[:12]])
        ]
        return [image for image in found if self._context.sees(image)]

    async def _networks(self) -> list[Network]:
        listed = await self._client.call("list the networks of", self._context.name, lambda api: api.networks())
        found = [Network(self._context.scope, row["Id"], row["Name"], capped(row.get("Labels"))) for row in listed]
        return [network for network in found if self._context.sees(network)]


Step = Callable[[T], bool]


def _plain_steps(name: str) -> list[Step[Network]]:
    return [lambda it: name in (it.name, it.id), *_prefix_steps(name)]


def _of_one_service(matches: Sequence[Thing]) -> bool:
    owners = {it.owner for it in matches if isinstance(it, Container)}
    return len(matches) > 1 and len(owners) == 1 and owners != {""}


def _image_steps(name: str) -> list[Step[Image]]:
    return [
        lambda it: name in (it.name, it.id, it.id.removeprefix("sha256:")),
        lambda it: it.name.rpartition(":")[0] == name,
        lambda it: it.name.rpartition("/")[2] in (name, f"{name}:latest"),
        *_prefix_steps(name.removeprefix("sha256:")),
    ]


def _container_steps(ref: TargetRef) -> list[Step[Container]]:
    name = ref.name
    # A helper has the labels of what it was made for, and is named by its own name alone.
    service: Step[Container] = lambda it: it.labels.get(SERVICE) == name and not it.helper  # noqa: E731 (a step in a list)
    if ref.kind == "service":
        return [service]
    return [
        lambda it: name in (it.name, it.id),
        service,
        lambda it: not it.helper and (name in (it.image, it.image.rpartition(":")[0]) or name in it.labels.values()),
        *_prefix_steps(name),
    ]


def _prefix_steps(name: str) -> list[Step[T]]:
    return [
        lambda it: len(name) >= _SHORTEST_ID and it.id.removeprefix("sha256:").startswith(name),
        lambda it: it.name.startswith(name),
    ]


def _by_name(name: str, things: Iterable[T], steps: Iterable[Step[T]]) -> list[T]:
    known = list(things)
    for step in steps:
        if matches := [thing for thing in known if step(thing)]:
            return matches
    return []


def alike(name: str, things: Sequence[Thing]) -> tuple[Thing, ...]:
    """Up to five things whose name looks like the one asked for, or holds it, in whichever case."""
    asked, by_name = name.lower(), {thing.name: thing for thing in things}
    lowered = {known.lower(): known for known in by_name}
    near = difflib.get_close_matches(asked, lowered, n=5, cutoff=0.5)
    near += [known for known in lowered if asked in known and known not in near]
    return tuple(by_name[lowered[known]] for known in near[:5])
