"""`network`: how a container is reached, also where it has no network of its own."""

from __future__ import annotations

import pytest

from bot.actions.look.network import NetworkVerb
from bot.core.facts.containers import Attachment, ContainerFacts
from bot.core.output import Card, Note
from bot.core.target import Container
from tests.actions.engine import Engine, container, facts_of, run

WEB = container("web")


class Reached(Engine):
    """An engine whose containers are reached as their facts say."""

    async def reach(self, one: Container) -> ContainerFacts:
        return await self.facts(one)


@pytest.mark.parametrize(
    ("place", "mode", "state", "said"),
    [
        (Attachment("shop", "10.0.0.2"), "shop", "running", "10.0.0.2"),
        (Attachment("shop"), "shop", "exited", "none: it is not running"),
        (Attachment("shop"), "shop", "running", "none"),
        (Attachment("host"), "host", "running", "the host's own: every port that it listens on is the host's"),
        (Attachment("none"), "none", "running", "none: it was started without a network"),
    ],
)
async def test_a_place_in_a_network_says_its_address_or_why_it_has_none(
    place: Attachment, mode: str, state: str, said: str
):
    web = container("web", state)
    (card,) = await run(NetworkVerb(), web, Reached({"web": facts_of(web, networks=(place,), network_mode=mode)}))
    assert isinstance(card, Card)
    assert dict(dict(card.groups)[place.network])["address"] == said


async def test_an_ipv6_address_is_shown_too():
    known = facts_of(WEB, networks=(Attachment("shop", "10.0.0.2", "fd00::2"),))
    (card,) = await run(NetworkVerb(), WEB, Reached({"web": known}))
    assert dict(dict(card.groups)["shop"])["ipv6"] == "fd00::2"


async def test_a_network_that_is_anothers_is_named():
    known = facts_of(WEB, network_mode=f"container:{'a' * 64}")
    _, note = await run(NetworkVerb(), WEB, Reached({"web": known}))
    assert note == Note("It shares the network of container `aaaaaaaaaaaa`: `network aaaaaaaaaaaa` shows it.")
