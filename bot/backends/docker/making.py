"""Containers that cdebug makes. Source: Docker Engine API v1.41, ContainerCreate, ContainerStart, ContainerDelete."""

from __future__ import annotations

from functools import partial
from typing import Any

import docker

from bot.backends.docker.context import OF, DockerContext, container_of
from bot.core.errors import CdebugError, NotRunning
from bot.core.ledger import LABEL, MadeObject
from bot.core.target import Container, NewObject


class DockerMaking:
    """The spec of a new container is the body of ContainerCreate."""

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    async def make(self, thing: NewObject, entry: MadeObject) -> Container:
        """Raises NotFound for its image, NotRunning where the name is taken, TimedOut, Unavailable."""
        labels = {f"{OF}{name}": value for name, value in thing.labels.items()}
        body = {**thing.spec, "Labels": {**labels, **entry.labels}}
        try:
            row = await self._client.call("make", thing, lambda api: _started(api, thing.name, body))
        except CdebugError:
            await self.unmake(entry)  # it may be there and not have started
            raise
        return container_of(row, self._context.scope)

    async def standing(self, thing: NewObject) -> tuple[Container, MadeObject] | None:
        """Its name is a digest of its body, which can't be changed, and the seal is of its name.

        Raises NotRunning, TimedOut, Unavailable.
        """
        rows = await self._client.call(
            "look for", thing, lambda api: api.containers(all=True, filters={"name": f"^/{thing.name}$"})
        )
        if not rows:
            return None
        entry = self._entry(rows[0])
        if entry is None or rows[0]["State"] != "running":
            raise NotRunning(
                "cannot use", thing, why="something else has its name", hint="`ps -a` shows it; try again in a while."
            )
        return container_of(rows[0], self._context.scope), entry

    async def made(self) -> list[MadeObject]:
        """As far as somebody may see them. Raises TimedOut, Unavailable."""
        sees, scope = self._context.sees, self._context.scope
        found = (self._entry(row) for row in await self._labelled(LABEL) if sees(container_of(row, scope)))
        return [entry for entry in found if entry]

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
