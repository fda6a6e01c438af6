"""What verbs may rely on, whatever engine they are on: one suite, on the one in memory and on both real ones.

One container runs and has written three lines; another has ended with status 3.
"""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

import docker
import pytest
import yaml

from bot.backends import docker as docker_engine
from bot.backends import kubernetes
from bot.backends.kubernetes import ClusterAt
from bot.core.errors import CdebugError, NotFound
from bot.core.output import Lines
from bot.core.person import Person
from bot.core.ports.events import Event, EventsPort
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.facts import FactsPort, InspectPort
from bot.core.ports.files import FilesPort
from bot.core.ports.finding import FindPort
from bot.core.ports.logs import LogQuery, LogsPort
from bot.core.takes import many, one
from bot.core.target import Container, Objects, TargetRef
from deploy.demo.cluster.kubectl import Administered
from tests.fakes.world import FakeEngine
from tests.harness import BASE, make, wait_until

Port = TypeVar("Port")
ANN = Person("T0", "U0ANN", "ann")
RUNS, ENDED = "contract-runs", "contract-ended"
WROTE = ["one", "two", "three"]
SCRIPT = "mkdir -p /data/sub; echo kept > /data/sub/file; for word in one two three; do echo $word; done; "
STAYS = "trap exit TERM; while :; do sleep 60 & wait $!; done"


@dataclass
class Ground:
    """An engine with both containers on it."""

    engine: FindPort

    def port(self, port: type[Port]) -> Port:
        served = self.engine.port(port)
        assert served
        return served

    async def container(self, name: str) -> Container:
        found = (await self.engine.find(TargetRef(name), one("container"))).matches
        assert len(found) == 1
        assert isinstance(found[0], Container)
        return found[0]


@pytest.fixture(scope="module")
def on_docker(engine: str, containers: docker.APIClient) -> Iterator[Callable[[], FindPort]]:
    """Connects to an engine with both containers on it."""
    make(containers, RUNS, SCRIPT + STAYS)
    containers.wait(make(containers, ENDED, "echo last words; exit 3"))
    try:
        yield lambda: docker_engine.connect("local", engine)
    finally:
        for name in (RUNS, ENDED):
            containers.remove_container(name, force=True)


@pytest.fixture(scope="module")
def in_cluster(cluster: Administered) -> Iterator[Callable[[], FindPort]]:
    """The same of pods."""
    pods = [pod(RUNS, SCRIPT + STAYS), pod(ENDED, "echo last words; exit 3")]

    def phase(name: str) -> str:
        return cluster.run_kubectl("get", "pod", name, "-n", "default", "-o", "jsonpath={.status.phase}")

    try:
        cluster.run_kubectl("apply", "-f", "-", text=yaml.safe_dump_all(pods))
        wait_until(lambda: (phase(RUNS), phase(ENDED)) == ("Running", "Failed"), "both pods", 60)
        at = ClusterAt(str(cluster.kubeconfig))
        yield lambda: kubernetes.connect("local", at, namespace="default", impersonate=False)
    finally:
        cluster.run_kubectl("delete", "pod", RUNS, ENDED, "-n", "default", "--ignore-not-found", "--wait=false")


def pod(name: str, script: str) -> dict[str, Any]:
    container = {"name": "app", "image": BASE, "command": ["sh", "-c", script]}
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


@pytest.fixture
def in_memory() -> Callable[[], FindPort]:
    engine = FakeEngine()
    engine.add(RUNS, Lines("".join(f"{word}\n" for word in WROTE).encode()))
    engine.add(ENDED, Lines(b"last words\n"), state="exited")
    return lambda: engine


@pytest.fixture(params=["on_docker", "in_cluster"])
async def ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    made = request.getfixturevalue(request.param)()
    yield Ground(made)
    await made.close()


@pytest.fixture(params=["in_memory", "on_docker", "in_cluster"])
async def any_ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    made = request.getfixturevalue(request.param)()
    yield Ground(made)
    await made.close()


async def lines(ground: Ground, container: Container, **query: Any) -> list[str]:
    async with aclosing(ground.port(LogsPort).logs(container, LogQuery(**query))) as log:
        blocks = [block.data async for block in log]
    assert all(block.endswith(b"\n") for block in blocks)  # whole lines, however they came
    return b"".join(blocks).decode().splitlines()


async def test_an_exact_name_is_one_container_and_another_is_none(any_ground: Ground):
    container = await any_ground.container(RUNS)
    assert (container.name, container.state) == (RUNS, "running")
    assert (await any_ground.engine.find(TargetRef("contract-nothing"), one("container"))).matches == ()


async def test_what_may_not_be_seen_is_neither_found_nor_listed(any_ground: Ground):
    seen = any_ground.engine.seen_by(ANN, lambda thing: getattr(thing, "name", "") != RUNS)
    assert (await seen.find(TargetRef(RUNS), one("container"))).matches == ()
    (listed,) = (await seen.find(TargetRef(), many("container", listed=True))).matches
    assert isinstance(listed, Objects)
    names = {it.name for it in listed.items}
    assert ENDED in names
    assert RUNS not in names


async def test_a_log_is_whole_lines_in_order(any_ground: Ground):
    assert await lines(any_ground, await any_ground.container(RUNS)) == WROTE
    assert await lines(any_ground, await any_ground.container(ENDED)) == ["last words"]


async def test_a_container_says_what_it_is(any_ground: Ground):
    container = await any_ground.container(RUNS)
    facts = await any_ground.port(FactsPort).facts(container)
    assert facts.image == container.image
    assert facts.command
    assert facts.created
    assert facts.restarts == 0


async def test_the_last_lines_of_a_log_are_its_last(ground: Ground):
    container = await ground.container(RUNS)
    assert await lines(ground, container, tail=1) == ["three"]
    assert await lines(ground, container, since=datetime.now(UTC) + timedelta(minutes=5)) == []
    here = timezone(timedelta(hours=3))  # where nobody's clock is
    assert await lines(ground, container, since=datetime.now(here) - timedelta(hours=1)) == WROTE
    (line,) = await lines(ground, container, tail=1, timestamps=True)
    assert line.endswith(" three")
    assert abs(datetime.fromisoformat(line[:19] + "+00:00") - datetime.now(UTC)) < timedelta(hours=1)


async def test_how_a_container_ended_is_in_its_state(ground: Ground):
    ended = await ground.port(FactsPort).facts(await ground.container(ENDED))
    assert (ended.state.exit_code, ended.state.oom_killed) == (3, False)
    assert ended.state.finished
    runs = await ground.port(FactsPort).facts(await ground.container(RUNS))
    assert (runs.state.word, runs.state.finished) == ("running", None)
    assert runs.state.started


async def test_what_is_gone_is_not_found(ground: Ground):
    gone = Container(ground.engine.scope, "f" * 64, "contract-gone", BASE, state="running", container="app")
    for ask in (ground.port(FactsPort).facts(gone), ground.port(InspectPort).inspect(gone), lines(ground, gone)):
        with pytest.raises(NotFound, match="it no longer exists"):
            await ask


async def run(ground: Ground, *argv: str, written: bytes = b"", **query: Any) -> tuple[bytes, bytes, int | None]:
    out, err = b"", b""
    asked = ExecQuery(argv, input=bool(written), **query)
    async with ground.port(ExecPort).exec(await ground.container(RUNS), asked) as process:
        if written:
            await process.write(written)
            await process.end_input()
        async with aclosing(process.output()) as output:
            async for stream, chunk in output:
                out, err = (out + chunk, err) if stream == "out" else (out, err + chunk)
        return out, err, await process.status()


async def test_a_command_has_two_streams_and_a_status(ground: Ground):
    assert await run(ground, "sh", "-c", "echo out; echo err >&2; exit 7") == (b"out\n", b"err\n", 7)


async def test_a_command_gets_its_input_and_its_variables(ground: Ground):
    assert await run(ground, "sh", "-c", 'cat; echo "$NAME"', written=b"in\n", env=("NAME=a b",)) == (
        b"in\na b\n", b"", 0,
    )  # fmt: skip


async def test_a_program_that_is_not_there_is_not_found(ground: Ground):
    try:
        _, _, status = await run(ground, "no-such-program")
    except NotFound:
        return
    assert status == 127


async def test_leaving_the_block_waits_for_nobody(ground: Ground):
    async with asyncio.timeout(5):
        async with ground.port(ExecPort).exec(await ground.container(RUNS), ExecQuery(("sleep", "60"))) as process:
            assert await process.status() is None


async def test_files_are_what_they_are_in_the_container(ground: Ground):
    files, container = ground.port(FilesPort), await ground.container(RUNS)
    file, folder = await files.stat(container, "/data/sub/file"), await files.stat(container, "/data/sub")
    assert (file.name, file.size, file.folder) == ("file", 5, False)
    assert (folder.name, folder.folder) == ("sub", True)
    assert await files.realpath(container, "/data/./sub/../sub/file") == "/data/sub/file"
    for ask in (files.stat(container, "/data/nothing"), files.realpath(container, "/nowhere/x")):
        with pytest.raises(NotFound):
            await ask


async def test_a_folder_comes_as_a_tar_with_all_that_is_in_it(ground: Ground):
    async with aclosing(
        ground.port(FilesPort).archive(await ground.container(RUNS), "/data/sub", folder=True)
    ) as chunks:
        packed = b"".join([chunk async for chunk in chunks if isinstance(chunk, bytes)])
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        file = tar.extractfile("sub/file")
        assert file
        assert file.read() == b"kept\n"


async def test_events_are_of_the_object_in_their_order_and_within_their_time(ground: Ground):
    now = datetime.now(UTC)
    container = await ground.container(ENDED)
    found = Objects(container.scope, (container,))

    async def between(since: datetime, until: datetime) -> list[Event]:
        async with aclosing(ground.port(EventsPort).events(found, since, until)) as events:
            return [event async for event in events if isinstance(event, Event)]

    happened = await between(now - timedelta(hours=1), now + timedelta(minutes=1))
    assert happened
    assert happened == sorted(happened, key=lambda event: event.at)
    assert all(ENDED in event.thing for event in happened)
    assert await between(now - timedelta(days=2), now - timedelta(days=1)) == []


async def test_a_container_that_ended_runs_nothing(ground: Ground):
    container, process_of = await ground.container(ENDED), ground.port(ExecPort)
    with pytest.raises(CdebugError) as raised:
        await ran(process_of, container)
    assert raised.value.hint


async def ran(port: ExecPort, container: Container) -> None:
    async with port.exec(container, ExecQuery(("id",))) as process, aclosing(process.output()) as output:
        async for _ in output:
            pass
