"""`images`: which images the engine holds, and which are good to debug with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.core.action import TargetedAction, option
from bot.core.bench import Bench
from bot.core.images import ImageRules, Tools
from bot.core.output import Note, Output, Table
from bot.core.ports.images import ImageDetail, ImagesPort
from bot.core.takes import many
from bot.core.target import Image, Objects
from bot.core.units import show_age, show_bytes

_COLUMNS = ("IMAGE", "USED BY", "SIZE", "AGE", "ID")
_IN_CLUSTER = ("IMAGE", "NODES", "SIZE", "ID")
_CATALOGUE = ("NAME", "FOR", "HERE", "SIZE", "IMAGE", "TOOLS")
_MOST_NODES = 3


@dataclass(frozen=True, kw_only=True)
class Images(
    TargetedAction,
    verb="images",
    takes=many("image", anew=True),
    needs=(ImagesPort,),
    examples=("images", "images web", "images --catalogue"),
    rights=("list nodes",),
):
    """List the images that the engine holds: id, size, age, and which containers use them; in a cluster which nodes
    hold them.

    `--catalogue` lists what is good to debug with: what is in it, whether it is here, and whether cdebug may start it.
    """

    catalogue: Annotated[bool, option("--catalogue", help="images to debug with")] = False

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        known = await bench.port(ImagesPort).images([item for item in found.items if isinstance(item, Image)])
        if self.catalogue:
            rules = bench.limits.images
            yield Table(_CATALOGUE, [_tools(it, rules, known) for it in rules.catalogue])
        elif known and any(it.nodes for it in known):
            yield Table(_IN_CLUSTER, sorted(_on_nodes(it) for it in known))
            yield Note("A node names its fifty largest images, unless its kubelet is told otherwise.")
        elif known:
            yield Table(_COLUMNS, sorted(_on_engine(it, bench.now) for it in known))
        else:
            yield Note(f"`{found.scope}` has no images.")


def _on_engine(it: ImageDetail, now: datetime) -> tuple[str, ...]:
    return (_names(it), ", ".join(it.used_by) or "-", show_bytes(it.size), show_age(it.created, now), _id(it))


def _on_nodes(it: ImageDetail) -> tuple[str, ...]:
    return (_names(it), _few(it.nodes), show_bytes(it.size), _id(it))


def _tools(tools: Tools, rules: ImageRules, held: Sequence[ImageDetail]) -> tuple[str, ...]:
    name = rules.named(tools.image)
    pulled = rules.pulled(name)
    here = next((it for it in held if {pulled, name.familiar} & set(it.tags)), None)
    where = "no" if here is None else _few(here.nodes) if here.nodes else "yes"
    size = show_bytes(here.size) if here else f"{tools.size} MB to pull"
    use = tools.use if rules.allows(name) else f"{tools.use} (not allowed here)"
    return (tools.name, use, where, size, name.familiar if pulled == str(name) else pulled, tools.tools)


def _names(it: ImageDetail) -> str:
    return ", ".join(it.tags) or "(untagged)"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NODES} more" if len(names) > _MOST_NODES else ""
    return ", ".join(names[:_MOST_NODES]) + more


def _id(it: ImageDetail) -> str:
    return it.image.id.removeprefix("sha256:")[:12]
