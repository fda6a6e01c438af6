"""`images`: which images the engine holds."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.core.action import TargetedAction
from bot.core.bench import Bench
from bot.core.output import Note, Output, Table
from bot.core.ports.images import ImagesPort
from bot.core.takes import many
from bot.core.target import Image, Objects
from bot.core.units import show_age, show_bytes

_COLUMNS = ("IMAGE", "USED BY", "SIZE", "AGE", "ID")


@dataclass(frozen=True)
class Images(
    TargetedAction,
    verb="images",
    takes=many("image", anew=True),
    needs=(ImagesPort,),
    examples=("images", "images web"),
):
    """List the images that the engine holds: id, size, age, and which containers use them."""

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        known = await bench.port(ImagesPort).images([item for item in found.items if isinstance(item, Image)])
        rows = [
            (
                ", ".join(detail.tags) or "(untagged)",
                ", ".join(detail.used_by) or "-",
                show_bytes(detail.size),
                show_age(detail.created, bench.now),
                detail.image.id.removeprefix("sha256:")[:12],
            )
            for detail in known
        ]
        if rows:
            yield Table(_COLUMNS, sorted(rows))
        else:
            yield Note(f"`{found.scope}` has no images.")
