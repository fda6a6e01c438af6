"""What the parts of the Docker context share: where it is, and how to reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.backends.docker.client import Client
from bot.core.target import Container, Scope

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"


class Part:
    """One capability; the whole is `Docker`."""

    scope: Scope
    client: Client


def container_of(listed: Mapping[str, Any], context: Scope) -> Container:
    """A row of the engine's container list. Its compose project is its namespace."""
    labels = listed.get("Labels") or {}
    names = sorted(listed.get("Names") or [listed["Id"][:12]], key=lambda name: name.count("/"))
    return Container(
        scope=Scope(context.context, context.engine, labels.get(PROJECT, "")),
        id=listed["Id"],
        name=names[0].lstrip("/"),
        image=listed["Image"],
        image_id=listed.get("ImageID", ""),
        state=listed["State"],
        labels=labels,
    )
