"""Containers that cdebug makes. Source: Docker Engine API v1.41, ContainerCreate, ContainerStart, ContainerDelete."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import docker

from bot.backends.docker.context import OF, DockerContext, container_of
from bot.core.errors import CdebugError, NotRunning
from bot.core.ledger import LABEL, MadeObject
from bot.core.target import Container, NewObject

_TRIES, _PAUSE_S = 10, 0.1


class DockerMaking:
    """The spec of a new container is the body of ContainerCreate."""

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    async def make(self, thing: NewObject, entry: MadeObject) -> Container:
        """Raises NotFound for its image, NotRunning where the name is taken, TimedOut, Unavailable."""
        labels = {f"{OF}{name}": value for name, value in thing.labels.items()}
        body = {
            **thing.spec,
            "Labels": {**cast("dict[str, str]", thing.spec.get("Labels") or {}), **labels, **entry.labels},
        }
        try:
            row = await self._client.call("make", thing, lambda api: _started(api, thing.name, body))
        except CdebugError:
            await self.unmake(entry)  # it may be there and not have started
            raise
        return container_of(row, self._context.scope)

    async def standing(self, thing: NewObject) -> tuple[Container, MadeObject] | None:
        """Its name is a digest of its body, which can't be changed, and the seal is of its name. Where somebody starts
        it just now, once it runs.

        Raises NotRunning, TimedOut, Unavailable.
        """
        for _ in range(_TRIES):
            rows = await self._client.call(
                "look for", thing, lambda api: api.containers(all=True, filters={"name": f"^/{thing.name}$"})
            )
            if not rows:
                return None
            container, entry = container_of(rows[0], self._context.scope), self._entry(rows[0])
            if entry and container.state == "running":
                return container, entry
            if not entry or container.state != "created":
                break
            await asyncio.sleep(_PAUSE_S)
        raise NotRunning(
            "cannot use", thing, why="something else has its name", hint="`ps -a` shows it; try again in a while."
        )

    async def made(self) -> list[tuple[Container, MadeObject]]:
        """Raises TimedOut, Unavailable."""
        rows = {row["Id"]: row for row in await self._labelled(LABEL)}
        seen = [it for it in await self._context.listed() if it.id in rows]
        found = ((it, self._entry(rows[it.id])) for it in seen)
        return [(it, entry) for it, entry in found if entry]

    def _entry(self, row: dict[str, Any]) -> MadeObject | None:
        known = container_of(row, self._context.scope)
        return MadeObject.of_labels(self._context.name, known.scope.namespace, known.kind, known.name, known.labels)

    async def unmake(self, entry: MadeObject) -> bool:
        """Raises TimedOut, Unavailable."""
        labelled = await self._labelled(f"{LABEL}={entry.id}")
        # A container of an image that was made of it has its labels too.
        rows = [row for row in labelled if f"/{entry.name}" in (row.get("Names") or ())]
        for row in rows:
            await self._client.call("remove", entry, partial(_remove, row["Id"]))
        return bool(rows)

    async def _labelled(self, label: str) -> list[dict[str, Any]]:
        wanted = {"label": label}
        rows: list[dict[str, Any]] = await self._client.call(
            "list what cdebug made on",
            self._context.name,
            lambda api: api.containers(all=True, filters=wanted),
        )
        return rows


def _started(api: Any, name: str, body: dict[str, Any]) -> Any:
    made = api.create_container_from_config(body, name)
    api.start(made["Id"])
    return api.containers(all=True, filters={"id": made["Id"]})[0]


def _remove(container_id: str, api: docker.APIClient) -> None:
    try:
        api.remove_container(container_id, force=True, v=True)
    except docker.errors.NotFound:  # somebody else was quicker
        return
