"""What a name means, on a real engine: the steps in their order, and what looks alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import docker
import pytest

from bot.backends.docker import Docker, connect
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.person import Person
from bot.core.ports.facts import InspectPort
from bot.core.ports.finding import FindPort
from bot.core.ports.images import ImagesPort
from bot.core.ports.network import NetworksPort
from bot.core.takes import Takes, many, one
from bot.core.target import Image, Network, Objects, TargetRef, things_of
from tests.harness import make

ANN = Person("T0", "U0ANN", "ann")
SHOP = {"com.docker.compose.project": "finding", "com.docker.compose.service": "api"}


CONTAINER, ANYTHING = one("container"), one("object", "image", "network")


@pytest.fixture(scope="module")
def made(containers: docker.APIClient) -> Iterator[dict[str, str]]:
    ids = {
        "find-one": make(containers, "find-one", "sleep 600"),
        "find-one-more": make(containers, "find-one-more", "sleep 600"),
        "finding-api-1": make(containers, "finding-api-1", "sleep 600", labels=SHOP),
        "finding-api-2": make(containers, "finding-api-2", "sleep 600", labels=SHOP),
    }
    yield ids
    for name in ids:
        containers.remove_container(name, force=True)


@pytest.fixture
async def context(engine: str, made: dict[str, str]) -> AsyncIterator[Docker]:
    opened = connect("local", engine)
    yield opened
    await opened.close()


async def names(engine: FindPort, ref: TargetRef, takes: Takes = CONTAINER) -> list[str]:
    found = await engine.find(ref, takes)
    return sorted(thing.name for match in found.matches for thing in things_of(match))


async def test_the_steps_decide_in_their_order(context: Docker, made: dict[str, str]):
    assert await names(context, TargetRef("find-one")) == ["find-one"], "an exact name beats a prefix"
    assert await names(context, TargetRef("find-o")) == ["find-one", "find-one-more"]
    assert await names(context, TargetRef("api")) == ["finding-api-1", "finding-api-2"], "a compose service"
    assert await names(context, TargetRef("api", kind="service")) == ["finding-api-1", "finding-api-2"]
    assert await names(context, TargetRef(made["find-one"][:12])) == ["find-one"], "an id's prefix"
    assert await names(context, TargetRef("finding")) == ["finding-api-1", "finding-api-2"], "a label"
    assert await names(context, TargetRef(namespace="finding")) == ["finding-api-1", "finding-api-2"]
    assert await names(context, TargetRef(selector="test=find-one")) == ["find-one"]


async def test_nothing_is_found_and_what_looks_alike(context: Docker):
    found = await context.find(TargetRef("find-oen"), one("container"))
    assert found.matches == ()
    assert "find-one" in {thing.name for thing in found.alike}


async def test_another_case_of_letters_looks_alike(context: Docker):
    found = await context.find(TargetRef("FIND-ONE"), one("container"))
    assert "find-one" in {thing.name for thing in found.alike}


async def test_what_may_not_be_seen_is_neither_found_nor_alike_nor_in_a_way(context: Docker, made: dict[str, str]):
    blind = context.seen_by(ANN, lambda thing: getattr(thing, "name", "") != "find-one")
    assert await names(blind, TargetRef("find-one")) == ["find-one-more"]
    assert await names(blind, TargetRef(made["find-one"])) == []
    found = await blind.find(TargetRef("find-oen"), one("container"))
    assert "find-one" not in {thing.name for thing in found.alike}
    bench = Bench(blind, datetime.now(UTC))
    network = await bench.port(NetworksPort).network(Network(context.scope, "bridge", "bridge"))
    assert "find-one" not in {name for _, name, _ in network.members}
    images = await bench.port(ImagesPort).images(
        [it for it in await _images(blind) if it.name.startswith("cdebug/busybox")]
    )
    assert "find-one" not in images[0].used_by
    seen = await bench.port(InspectPort).inspect(Network(context.scope, "bridge", "bridge"))
    assert made["find-one"] not in seen["Containers"]


async def _images(engine: Docker) -> list[Image]:
    found = (await engine.find(TargetRef(), many("image", anew=True))).matches[0]
    assert isinstance(found, Objects)
    return [thing for thing in found.items if isinstance(thing, Image)]


async def test_an_image_and_a_network_are_found_by_their_kind_or_their_name(context: Docker):
    assert await names(context, TargetRef("cdebug/busybox:1", kind="image"), ANYTHING) == ["cdebug/busybox:1"]
    assert await names(context, TargetRef("busybox", namespace="cdebug"), ANYTHING) == ["cdebug/busybox:1"]
    assert await names(context, TargetRef("bridge"), ANYTHING) == ["bridge"]


async def test_a_docker_container_has_no_containers(context: Docker):
    with pytest.raises(UsageError, match="has no containers in it"):
        await context.find(TargetRef("find-one", container="app"), one("container"))
