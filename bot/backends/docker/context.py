"""A Docker context as one person sees it: where it is, how it is reached, and what they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.backends.docker.client import Client
from bot.core.ledger import LABEL
from bot.core.ports.finding import Sees
from bot.core.target import Container, Scope, Thing

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
SECRETS = ("/run/secrets",)  # where the engine and compose put a container's secrets
BESIDE = "cdebug/beside"  # the id of what a helper stands beside
OF = "cdebug/of/"  # before the labels of what a container was made for
_LONGEST_LABEL = 1_024


@dataclass(frozen=True)
class DockerContext:
    """What the parts of an engine share. mentioned: whose names went into their answers, beside what was found."""

    scope: Scope
    client: Client
    hides_mounted: bool = True
    sees: Sees = lambda thing: True
    mentioned: list[Thing] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.scope.context

    async def listed(self, **filters: list[str]) -> list[Container]:
        """The containers that may be seen, whatever their state. Raises TimedOut, Unavailable."""
        return self.seen(await self.every(**filters))

    def seen(self, every: Sequence[Container]) -> list[Container]:
        """Those that may be seen: a helper where what it stands beside may be, too."""
        hidden = {item.id for item in every if not self.sees(item)}
        return [item for item in every if item.id not in hidden and item.labels.get(BESIDE) not in hidden]

    async def every(self, **filters: list[str]) -> list[Container]:
        """Hidden ones too: what it says of them goes to nobody. Raises TimedOut, Unavailable."""
        rows = await self.client.call(
            "list the containers of", self.scope.context, lambda api: api.containers(all=True, filters=filters)
        )
        secret = SECRETS if self.hides_mounted else ()
        return [replace(container_of(row, self.scope), secret_paths=secret) for row in rows]


def capped(labels: Mapping[str, str] | None) -> dict[str, str]:
    """Labels as far as anybody reads them: the engine takes one of any size, and one must not fail the others."""
    return {name: value[:_LONGEST_LABEL] for name, value in (labels or {}).items() if len(name) <= _LONGEST_LABEL}


def labels_of(listed: Mapping[str, Any]) -> dict[str, str]:
    """What cdebug made is judged as what it was made for, whose labels it keeps under names that mean nothing to
    others.
    """
    labels = capped(listed.get("Labels"))
    if LABEL not in labels:
        return labels
    kept = {name.removeprefix(OF): value for name, value in labels.items() if name.startswith(OF)}
    return {name: value for name, value in labels.items() if not name.startswith(OF)} | kept


def container_of(listed: Mapping[str, Any], scope: Scope) -> Container:
    """A row of the engine's container list. Its compose project is its namespace."""
    labels = labels_of(listed)
    names = sorted(listed.get("Names") or [listed["Id"][:12]], key=lambda name: name.count("/"))
    return Container(
        scope=replace(scope, namespace=labels.get(PROJECT, "")),
        id=listed["Id"],
        name=names[0].lstrip("/"),
        image=listed["Image"],
        image_id=listed.get("ImageID", ""),
        state=listed["State"],
        labels=labels,
        owner=f"service/{labels[SERVICE]}" if labels.get(SERVICE) and LABEL not in labels else "",
        helper=LABEL in labels,
    )
