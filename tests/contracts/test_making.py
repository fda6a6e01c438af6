"""Making, finding and removing containers: one suite, on the fake and on a real engine."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from bot.backends.docker import connect
from bot.core.errors import CdebugError, NotFound
from bot.core.ledger import LABEL, MadeObject
from bot.core.ports.finding import FindPort
from bot.core.ports.making import MakingPort
from bot.core.takes import many
from bot.core.target import Container, NewObject, TargetRef, things_of
from tests.fakes.world import FakeEngine
from tests.harness import BASE

_numbers = itertools.count(1)


Ground = tuple[FindPort, MakingPort, str]


@pytest.fixture(params=["fake", "docker"])
async def maker(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    """An engine, the part of it that makes things, and an image that it has."""
    if request.param == "fake":
        fake = FakeEngine()
        yield fake, fake, "toolbox:1"
        return
    real = connect("local", request.getfixturevalue("engine"))
    api: docker.APIClient = request.getfixturevalue("containers")
    making = real.port(MakingPort)
    assert making
    yield real, making, BASE
    for left in api.containers(all=True, filters={"label": LABEL}):
        api.remove_container(left["Id"], force=True)
    await real.close()


@pytest.fixture
def name() -> Iterator[str]:
    yield f"helper-{next(_numbers)}"


def planned(engine: FindPort, name: str, image: str) -> NewObject:
    spec = {"Image": image, "Cmd": ["sleep", "60"]}
    return NewObject(engine.scope, name, spec, labels={"cdebug/protected": "true", "test": "yes"})


def entry_of(thing: NewObject, entry_id: str, expires: float = 2e9) -> MadeObject:
    place = (thing.scope.context, thing.scope.namespace, thing.kind, thing.name)
    return MadeObject(entry_id, "c0", *place, "T0", "U0ANN", "C0", "1.0", "plant", expires)


async def there(engine: FindPort, name: str) -> list[Container]:
    found = await engine.find(TargetRef(name), many("container", listed=True))
    things = [thing for match in found.matches for thing in things_of(match)]
    return [thing for thing in things if isinstance(thing, Container) and thing.name == name]


async def test_what_is_made_runs_carries_its_labels_and_is_found_by_them(maker: Ground, name: str):
    engine, making, image = maker
    thing = planned(engine, name, image)
    entry = entry_of(thing, f"id-{name}")

    container = await making.make(thing, entry)

    assert (container.name, container.state) == (name, "running")
    assert container.protected  # as what it was made for
    assert [it for _, it in await making.made() if it.id == entry.id] == [entry_as_found(entry)]
    assert await making.unmake(entry)
    assert await there(engine, name) == []
    assert not await making.unmake(entry)


async def test_a_name_that_is_taken_leaves_nothing_and_takes_nothing(maker: Ground, name: str):
    engine, making, image = maker
    thing = planned(engine, name, image)
    first = await making.make(thing, entry_of(thing, f"first-{name}"))

    with pytest.raises(CdebugError):
        await making.make(thing, entry_of(thing, f"second-{name}"))

    assert [it.id for it in await there(engine, name)] == [first.id]
    assert not await making.unmake(entry_of(thing, f"second-{name}"))
    assert await making.unmake(entry_of(thing, f"first-{name}"))


async def test_an_image_that_is_not_there_is_said_and_nothing_is_left(maker: Ground, name: str):
    engine, making, _ = maker
    thing = planned(engine, name, "nowhere:1")

    with pytest.raises(NotFound):
        await making.make(thing, entry_of(thing, f"id-{name}"))

    assert await there(engine, name) == []


def entry_as_found(entry: MadeObject) -> MadeObject:
    found = MadeObject.of_labels(entry.context, entry.namespace, entry.kind, entry.name, entry.labels)
    assert found
    return found
