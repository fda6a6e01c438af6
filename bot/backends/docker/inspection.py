"""Inspect, processes, diff, images and networks: questions with one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from bot.backends.docker.context import DockerContext
from bot.backends.docker.facts import image_facts_of
from bot.core.facts.images import ImageFacts
from bot.core.output import Table
from bot.core.ports.images import ImageDetail
from bot.core.ports.network import NetworkDetail
from bot.core.target import Container, Image, Network, Thing

_KINDS = {0: "C", 1: "A", 2: "D"}  # Docker Engine API v1.41, ContainerChanges


class DockerInspection:
    """Each raises NotFound, NotRunning, TimedOut or Unavailable."""

    form: Literal["json", "yaml"] = "json"

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    async def inspect(self, thing: Thing) -> Mapping[str, Any]:
        """The engine's own JSON, whole."""
        if isinstance(thing, Image):
            return await self._ask(thing, lambda api: api.inspect_image(thing.id))
        if isinstance(thing, Network):
            seen = await self._ask(thing, lambda api: api.inspect_network(thing.id))
            known = {container.id: container for container in await self._context.listed()}
            members = {key: member for key, member in (seen.get("Containers") or {}).items() if key in known}
            self._context.mentioned.extend(known[key] for key in members)
            return {**seen, "Containers": members}
        return await self._ask(thing, lambda api: api.inspect_container(getattr(thing, "id", thing.name)))

    async def _ask(self, thing: Thing, ask: Any) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self._client.call("inspect", thing, ask)
        return answer

    async def processes(self, container: Container) -> Table:
        """What `ps -ef` says on the engine's machine, of this container's processes."""
        seen = await self._client.call("list the processes of", container, lambda api: api.top(container.id))
        return Table(tuple(seen["Titles"]), [tuple(row) for row in seen["Processes"] or ()])

    async def changes(self, container: Container) -> list[tuple[str, str]]:
        """(A, C or D; path) of each file that differs from the image."""
        seen = await self._client.call("compare the files of", container, lambda api: api.diff(container.id))
        return [(_KINDS[change["Kind"]], change["Path"]) for change in seen or ()]

    async def images(self, images: Sequence[Image]) -> list[ImageDetail]:
        """One row an image id, with all its tags and the containers made of it."""
        listed = await self._client.call("list the images of", self._context.name, lambda api: api.images())
        containers = await self._context.listed()
        asked = {image.id: image for image in images}
        self._context.mentioned.extend(it for it in containers if it.image_id in asked)
        return [
            ImageDetail(
                asked[row["Id"]],
                self._seen_tags(asked[row["Id"]], row.get("RepoTags") or ()),
                row["Size"],
                datetime.fromtimestamp(row["Created"], UTC),
                tuple(sorted(it.name for it in containers if it.image_id == row["Id"])),
            )
            for row in listed
            if row["Id"] in asked
        ]

    def _seen_tags(self, image: Image, tags: Sequence[str]) -> tuple[str, ...]:
        return tuple(tag for tag in tags if self._context.sees(replace(image, name=tag)))

    async def image_facts(self, image: Image) -> ImageFacts:
        """Of one image, with the containers made of it that may be seen."""
        seen = await self.inspect(image)
        users = [it for it in await self._context.listed() if it.image_id == image.id]
        self._context.mentioned.extend(users)
        return image_facts_of(seen, tuple(sorted(it.name for it in users)))

    async def network(self, network: Network) -> NetworkDetail:
        """Who is attached to a network, and how it is laid out."""
        seen = await self.inspect(network)
        pools = (seen.get("IPAM") or {}).get("Config") or ()
        return NetworkDetail(
            network,
            seen["Driver"],
            seen["Internal"],
            tuple(pool["Subnet"] for pool in pools if "Subnet" in pool),
            tuple((key, it["Name"], it["IPv4Address"]) for key, it in (seen.get("Containers") or {}).items()),
        )
