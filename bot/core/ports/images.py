"""The images that an engine holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.facts.images import ImageFacts
from bot.core.target import Image


@dataclass(frozen=True)
class ImageDetail:
    """An image that the engine holds. size in bytes. used_by: containers; nodes: those of a cluster that hold it."""

    image: Image
    tags: tuple[str, ...]
    size: int
    created: datetime | None
    used_by: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


@runtime_checkable
class ImagesPort(Protocol):
    async def images(self, images: Sequence[Image]) -> list[ImageDetail]: ...


@runtime_checkable
class ImageFactsPort(Protocol):
    async def image_facts(self, image: Image) -> ImageFacts: ...
