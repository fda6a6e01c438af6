"""An image: what is in it, and what a container of it runs unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """names: its tags. size in bytes. environment: names alone. check: its health check as it was written, empty for
    none. layers: how many.
    """

    id: str
    names: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    size: int = 0
    created: datetime | None = None
    platform: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    check: str = ""
    layers: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    used_by: tuple[str, ...] = ()
