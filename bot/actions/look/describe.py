"""`describe`: one object on one card."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from bot.actions.kit.cards import card
from bot.actions.kit.cards.containers import container_card
from bot.actions.kit.cards.images import image_card
from bot.actions.kit.happened import happened
from bot.core.action import Inside, TargetedAction
from bot.core.bench import Bench
from bot.core.errors import ForbiddenByCluster
from bot.core.output import Card, Output
from bot.core.ports.facts import FactsPort, ObjectsPort
from bot.core.ports.images import ImageFactsPort
from bot.core.takes import one
from bot.core.target import Container, Image, Objects, Thing

Rows = list[tuple[str, str]]


_LOOKS_BACK = timedelta(hours=1)


@dataclass(frozen=True)
class Describe(
    Inside,
    TargetedAction,
    verb="describe",
    aliases=("desc",),
    takes=one("object", "image"),
    rights=("get KIND", "list events"),
    examples=(
        "describe checkout",
        "describe deploy/web",
        "describe node/worker-1",
        "describe svc web",
        "describe image/web:1",
    ),
):
    """Show one object on a card: what it is, how it is, what went wrong, its limits, and what happened to it.

    An image, too: what a container of it runs, and which ones do.
    """

    async def run(self, found: Thing, bench: Bench) -> AsyncGenerator[Output, None]:
        if isinstance(found, Container):
            yield container_card(await bench.port(FactsPort).facts(found), bench.now)
        elif isinstance(found, Image):
            yield image_card(await bench.port(ImageFactsPort).image_facts(found), found.name, bench.now)
        else:
            yield await _object(found, bench)


async def _object(found: Thing, bench: Bench) -> Card:
    now = bench.now
    facts = await bench.port(ObjectsPort).object_facts(found)
    try:
        events, omitted = await happened(bench, Objects(found.scope, (found,)), now - _LOOKS_BACK, now)
        return card(facts, events, now, omitted)
    except ForbiddenByCluster as error:  # the object itself may be read
        return card(facts, error.why, now)
