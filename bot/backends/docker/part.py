"""What the parts of the Docker context share: where it is, and how to reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.backends.docker.client import Client
from bot.core.ports.engines import Sees
from bot.core.target import Container, Scope

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"


class Part:
    """One capability; the whole is `Docker`."""

    scope: Scope
    client: Client
    sees: Sees = staticmethod(lambda thing: True)

    async def listed(self, **filters: list[str]) -> list[Container]:
        """Every container that may be seen, whatever its state."""
        rows = await self.client.call(
            "list the containers of", self.scope.context, lambda api: api.containers(all=True, filters=filters)
        )
        return [item for row in rows if self.sees(item := container_of(row, self.scope))]


def container_of(listed: Mapping[str, Any], context: Scope) -> Container:
    """A row of the engine's container list. Its compose project is its namespace."""
    labels = listed.get("Labels") or {}
    names = sorted(listed.get("Names") or [listed["Id"][:12]], key=lambda name: name.count("/"))
    return Container(
        scope=replace(context, namespace=labels.get(PROJECT, "")),
        id=listed["Id"],
        name=names[0].lstrip("/"),
        image=listed["Image"],
        image_id=listed.get("ImageID", ""),
        state=listed["State"],
        labels=labels,
        owner=f"service/{labels[SERVICE]}" if SERVICE in labels else "",
    )
