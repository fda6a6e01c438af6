"""`images`: which are there, and who uses them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.actions.look.describe import Describe
from bot.actions.look.images import Images
from bot.core.facts.images import ImageFacts
from bot.core.output import Card, Note
from bot.core.ports.images import ImageDetail
from bot.core.target import Image, Objects
from tests.actions.engine import NOW, SCOPE, Engine, run

WEB, OLD = Image(SCOPE, "sha256:" + "a" * 64, "web:1"), Image(SCOPE, "sha256:" + "b" * 64, "bbbbbbbbbbbb")


class Holding(Engine):
    """An engine with images."""

    async def images(self, images: Sequence[Image]) -> list[ImageDetail]:
        known = (
            ImageDetail(WEB, ("web:1", "web:latest"), 2**20, NOW - timedelta(days=2), ("checkout", "web")),
            ImageDetail(OLD, (), 5, NOW, ()),
        )
        return [detail for detail in known if detail.image in images]

    async def image_facts(self, image: Image) -> ImageFacts:
        return ImageFacts(id=image.id, names=(image.name,), used_by=("web",))


async def test_an_image_is_a_row_with_its_tags_and_users_first():
    (table,) = await run(Images(), Objects(SCOPE, (WEB, OLD)), Holding())
    assert table.rows == [
        ("(untagged)", "-", "5 B", "0s", "b" * 12),
        ("web:1, web:latest", "checkout, web", "1.0 MiB", "2d", "a" * 12),
    ]


async def test_an_engine_without_images_says_so():
    assert await run(Images(), Objects(SCOPE, ()), Holding()) == [Note("`local` has no images.")]


async def test_an_image_has_a_card_of_its_own():
    (card,) = await run(Describe("image/web:1"), WEB, Holding())
    assert isinstance(card, Card)
    assert card.title == "image/web:1"
    assert ("used by", "web") in dict(card.groups)["Image"]
