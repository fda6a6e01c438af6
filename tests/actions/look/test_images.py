"""`images`: which are there, and who uses them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.actions.look.describe import Describe
from bot.actions.look.images import Images
from bot.core.bench import Bench
from bot.core.facts.images import ImageFacts
from bot.core.images import ImageRules
from bot.core.limits import Limits
from bot.core.output import Card, Note, Table
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


async def test_the_catalogue_says_what_is_here_and_what_is_allowed():
    class Few(Holding):
        async def images(self, images: Sequence[Image]) -> list[ImageDetail]:
            return [ImageDetail(WEB, ("busybox:1.35",), 2**20, NOW)]

    bench = Bench(Few(), NOW, Limits(images=ImageRules(allowed=("busybox", "alpine"))))
    (table,) = [it async for it in Images(catalogue=True).run(Objects(SCOPE, (WEB,)), bench)]
    assert isinstance(table, Table)
    rows = {row[0]: row for row in table.rows}
    assert list(rows) == ["toolbox", "netshoot", "busybox", "ubuntu", "alpine"]
    assert rows["busybox"][1:5] == ("a shell where there is none", "yes", "1.0 MiB", "busybox:1.35")
    assert rows["alpine"][2:4] == ("no", "3 MB to pull")
    assert rows["ubuntu"][1].endswith("(not allowed here)")
    assert rows["toolbox"][1] == "traces, packets, stacks"


async def test_in_a_cluster_an_image_is_on_nodes():
    class Nodes(Holding):
        async def images(self, images: Sequence[Image]) -> list[ImageDetail]:
            nodes = tuple(f"node-{n}" for n in range(5))
            return [ImageDetail(WEB, ("web:1",), 2**20, None, nodes=nodes)]

    table, note = await run(Images(), Objects(SCOPE, (WEB,)), Nodes())
    assert table.rows == [("web:1", "node-0, node-1, node-2 and 2 more", "1.0 MiB", "a" * 12)]
    assert note == Note("A node names its fifty largest images, unless its kubelet is told otherwise.")
