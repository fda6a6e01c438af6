"""Real services, started once and ended always. A missing one is a failure in CI, and elsewhere a skip."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.given import given
from deploy.demo.cluster.kubectl import Administered
from deploy.demo.engine import Engine, Missing, answering, build_base
from deploy.demo.faults import SHOP, Shop
from deploy.toolbox.build import TOOLBOX
from deploy.toolbox.build import build as build_toolbox
from tests.cluster.world import apply_shop, cluster_bot
from tests.harness import BASE, Bot, Conversation, Playground, RedisServer, Slack, temporary_folder, wait_until

_PROGRAMS = ("test_command_line.py", "test_approvals.py", "test_access.py", "test_scanning.py", "test_settings.py")
_numbers, _listed, _in_cluster = itertools.count(1), itertools.count(1), itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses no service is a unit test, and gets half a minute: some start the bot's own program."""
    services = {
        "engine",
        "own_engine",
        "containers",
        "shop",
        "redis_server",
        "playground",
        "bot",
        "slack",
        "chromium",
        "cluster",
        "own_cluster",
    }
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if not services & used and not _starts_something(item):
            item.add_marker(pytest.mark.unit)
        if item.get_closest_marker("timeout"):
            continue
        if "cluster" in used:
            item.add_marker(pytest.mark.timeout(300))  # the first one starts it, and waits for each of its faults
        elif not services & used:
            item.add_marker(pytest.mark.timeout(30))


def _starts_something(item: pytest.Item) -> bool:
    """A contract's suite on the real thing, or a program of the bot's own."""
    real = getattr(item, "callspec", None) is not None and {"docker", "redis", "on_docker", "in_cluster"} & set(
        map(str, item.callspec.params.values())  # type: ignore[attr-defined]
    )
    return bool(real) or item.path.name in _PROGRAMS


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The DOCKER_HOST of an engine of our own; where we may not start one, of the one that answers."""
    if os.geteuid() != 0 and answering(os.environ.get("DOCKER_HOST", "")):
        yield os.environ["DOCKER_HOST"]
        return
    yield from _engine_of_our_own()


@pytest.fixture
def own_engine() -> Iterator[str]:
    """Beside the one that tests share, for one that fills its memory or breaks something."""
    yield from _engine_of_our_own()


def _engine_of_our_own() -> Iterator[str]:
    try:
        with Engine() as started:
            yield started.host
    except Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"no Docker Engine: {missing}")
        pytest.skip(f"no Docker Engine: {missing}")


@pytest.fixture(scope="session")
def containers(engine: str) -> Iterator[docker.APIClient]:
    """The engine's API, and the base image in it. What a test makes here carries the label `test`."""
    api = docker.APIClient(base_url=engine, timeout=30)
    build_base(engine, BASE)
    yield api
    for container in api.containers(all=True, filters={"label": "test"}):
        api.remove_container(container["Id"], force=True)
    api.close()


@pytest.fixture(scope="session")
def shop(containers: docker.APIClient, engine: str) -> Iterator[Shop]:
    """The demo's containers, with their faults."""
    made = Shop(engine, SHOP, retry_s=0.3)
    wait_until(lambda: containers.inspect_container("checkout")["RestartCount"] > 0, "checkout's first crash", 40)
    yield made
    made.close()


@pytest.fixture(scope="session")
def toolbox(containers: Any) -> str:
    """The toolbox image, in the engine that tests share."""
    with _toolbox().open("rb") as archive:
        for said in containers.load_image(archive, quiet=True):
            assert "error" not in said, said
    return TOOLBOX


@pytest.fixture(scope="session")
def cluster_toolbox(cluster: Administered) -> str:
    """The same, on the cluster's node."""
    if not isinstance(cluster, Cluster):
        pytest.skip("the cluster at hand has the images that it has")
    cluster.load(_toolbox())
    return TOOLBOX


def _toolbox() -> Path:
    try:
        return build_toolbox()
    except Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"no toolbox: {missing}")
        pytest.skip(f"no toolbox: {missing}")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Administered]:
    """A real cluster with the shop in it: the one that was named for this, else one of our own."""
    try:
        with given() as at_hand:
            if at_hand:
                apply_shop(at_hand)
                yield at_hand
                return
        with Cluster() as started:
            apply_shop(started)
            yield started
    except Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"no cluster: {missing}")
        pytest.skip(f"no cluster: {missing}")


@pytest.fixture
def own_cluster(cluster: Administered) -> Cluster:
    """For tests that break something, or read what only our own writes down."""
    if not isinstance(cluster, Cluster):
        pytest.skip("the cluster at hand is not ours to break")
    return cluster


@pytest.fixture(scope="session")
def cluster_slack(cluster: Administered) -> Iterator[str]:
    """The address of a workspace whose bot looks into the cluster."""
    with temporary_folder() as folder:
        playground = Playground(folder)
        try:
            bot = cluster_bot(cluster, folder, playground.base)
            yield playground.base
            bot.end()
        finally:
            playground.end()


@pytest.fixture
async def shop_channel(cluster_slack: str) -> AsyncIterator[Conversation]:
    """A channel of this test's own that looks into the cluster's shop, and that the settings name."""
    driver = Slack(cluster_slack)
    yield await new_channel(driver, name=f"C0LISTED{next(_in_cluster)}")
    await driver.close()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


@pytest.fixture(scope="session")
def redis_server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    yield server
    server.end()


@pytest.fixture(scope="session")
def playground(folder: Path) -> Iterator[Playground]:
    started = Playground(folder)
    yield started
    started.end()


@pytest.fixture(scope="session")
def bot(folder: Path, playground: Playground, engine: str) -> Iterator[Bot]:
    """A bot on the playground with an embedded Redis, for journeys that leave it as it was."""
    started = Bot(folder, playground.base, engine).start()
    yield started
    started.end()


@pytest.fixture
async def slack(playground: Playground) -> AsyncIterator[Slack]:
    driver = Slack(playground.base)
    yield driver
    await driver.post("/_/faults")
    await driver.close()


@pytest.fixture
async def channel(slack: Slack) -> Conversation:
    """A channel of this test's own, with Ann, Bob and the bot in it."""
    return await new_channel(slack)


@pytest.fixture
async def listed(slack: Slack) -> Conversation:
    """A channel that the settings name, so that protected targets may be spoken of."""
    return await new_channel(slack, name=f"C0LISTED{next(_listed)}")


async def new_channel(slack: Slack, *, bot: bool = True, name: str = "", **more: object) -> Conversation:
    name = name or f"C0TEST{next(_numbers)}"
    people = ["U0ANN", "U0BOB", "U0CEM", "U0DAN", "U0EVE", "U0FAY", "U0GUEST", "U0STRANGER"]
    members = [*people, *(["U0CDEBUG"] if bot else [])]
    await slack.post("/_/channels", id=name, name=name.lower(), members=members, **more)
    return Conversation(slack, name)
