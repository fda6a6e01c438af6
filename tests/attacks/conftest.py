"""What attackers aim at: a sealed container, one that some may not see, and a bot whose policy hides it."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from bot.app import SHIPPED_POLICY
from bot.backends.kubernetes import ClusterAt, Kubernetes, connect
from bot.core.person import Person
from deploy.demo.cluster.kubectl import Administered
from tests.conftest import new_channel
from tests.harness import Bot, Conversation, Playground, Slack, make, temporary_folder

ANN = Person("T0", "U0ANN", "ann", kubernetes="ann@example.com", groups=("sre",))
HIDDEN = """
@id("hidden")
forbid (principal, action, resource)
when { resource.hasTag("hidden") && !(principal in Role::"responder") };
"""


@pytest.fixture(scope="module", autouse=True)
def nothing_left(containers: docker.APIClient) -> Iterator[None]:
    """Removes what a module's attacks made: the next one's lists are not longer for it."""
    before = {it["Id"] for it in containers.containers(all=True)}
    yield
    for it in containers.containers(all=True):
        if it["Id"] not in before:
            containers.remove_container(it["Id"], force=True)


@pytest.fixture(scope="module")
def sealed(containers: docker.APIClient) -> Iterator[str]:
    """A protected container: only an approval lets anybody inside."""
    make(containers, "sealed", "sleep 3600", labels={"cdebug/protected": "true"})
    yield "sealed"
    containers.remove_container("sealed", force=True)


@pytest.fixture(scope="module")
def secret(containers: docker.APIClient) -> Iterator[str]:
    """A container that only responders may see, with a log and a file."""
    script = "mkdir -p /app; echo treasure > /app/map; echo the log of the treasury; sleep 3600"
    make(containers, "treasury", script, labels={"hidden": "yes"})
    make(containers, "trellis", "sleep 3600")
    yield "treasury"
    for name in ("treasury", "trellis"):
        containers.remove_container(name, force=True)


@pytest.fixture(scope="module")
def hiding_bot(engine: str) -> Iterator[Bot]:
    """A bot whose policy hides what carries the label `hidden`, on a workspace of its own."""
    with temporary_folder() as folder:
        playground = Playground(folder)
        policy = folder / "policy.cedar"
        policy.write_text(f"{SHIPPED_POLICY.read_text()}\n{HIDDEN}\n")
        bot = Bot(folder, playground.base, engine, policy=str(policy))
        bot.start()
        yield bot
        bot.end()
        playground.end()


@pytest.fixture
async def room(hiding_bot: Bot) -> AsyncIterator[Conversation]:
    """A channel of the hiding bot's, as Ann, who sees everything; Cem does not."""
    slack = Slack(hiding_bot.base)
    yield await new_channel(slack)
    await slack.close()


async def nothing_for(channel: Conversation, user: str, command: str) -> list[str]:
    """What somebody is told who may not see: all texts of the answer, without what differs by itself."""
    before = {each["ts"] for each in await channel.as_(user).messages()}
    await channel.as_(user).type(command)
    for _ in range(200):
        all_ = await channel.as_(user).messages()
        fresh = [each for each in all_ if each["ts"] not in before and each["user"] == "U0CDEBUG"]
        if fresh and (fresh[-1]["only_for"] or not fresh[0]["text"].startswith("running")):
            return [each["text"].split(" · ")[-1].partition(", after ")[0] for each in fresh]
        await asyncio.sleep(0.03)
    raise AssertionError(f"no answer to {command}")


async def said(channel: Conversation) -> str:
    """All that the bot said and handed out in a channel, archives member by member."""
    messages = [m for m in await channel.messages() if m["user"] == "U0CDEBUG"]
    files = [await channel.slack.file(file) for message in messages for file in message["files"]]
    return json.dumps(messages, ensure_ascii=False) + "\n".join(["", *map(_unpacked, files)])


def _unpacked(data: bytes) -> str:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            return "".join(f"{it.name} {_content(archive, it)!r}" for it in archive)
    except tarfile.TarError:
        return data.decode("utf-8", "replace")


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = archive.extractfile(member) if member.isfile() else None
    return found.read() if found else b""


@pytest.fixture
async def ann(cluster: Administered) -> AsyncIterator[Kubernetes]:
    """The cluster as Ann sees it, while the names of its pods are watched."""
    real = connect("cluster", ClusterAt(str(cluster.kubeconfig)), namespace="shop")
    watch = asyncio.create_task(real.keep())
    yield real.seen_by(ANN, lambda _: True)
    watch.cancel()
    await asyncio.wait([watch])
    await real.close()
    await asyncio.sleep(0.2)  # a closed connection goes with the loop's next turns
