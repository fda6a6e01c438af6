"""A debug container beside another, asked for, approved and used as people do it, on a real engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from bot.core.ledger import LABEL
from tests.harness import Conversation, Json, approved, arguments_of, asked, labels, make

pytestmark = pytest.mark.usefixtures("bot", "toolbox")
SETUP = "echo 'port: 8080' > /data/config.yaml; exec sleep 3600"


@pytest.fixture(scope="module")
def app(containers: docker.APIClient) -> Iterator[str]:
    """A container of an ordinary user, with a volume."""
    containers.create_volume("debugged-data")
    host = {"binds": {"debugged-data": {"bind": "/data", "mode": "rw"}}, "tmpfs": {"/scratch": ""}}
    make(containers, "app", f"chmod 777 /data; {SETUP}", host=host, user="0")
    containers.remove_container("app", force=True)
    make(containers, "app", SETUP, host=host, user="1000:1000", labels={"com.docker.compose.service": "app"})
    yield "app"
    for each in helpers(containers):
        containers.remove_container(each["Id"], force=True)
    containers.remove_container("app", force=True)
    containers.remove_volume("debugged-data")


@pytest.fixture(scope="module")
def rooted(containers: docker.APIClient) -> str:
    """A container of root, whose file nobody else may read."""
    make(containers, "rooted", "echo kept > /only; chmod 600 /only; exec sleep 3600")
    return "rooted"


@pytest.fixture(autouse=True)
async def left(containers: docker.APIClient) -> AsyncIterator[None]:
    """Each test begins without helpers."""
    yield
    for each in helpers(containers):
        containers.remove_container(each["Id"], force=True)


def helpers(api: docker.APIClient) -> list[Json]:
    return list(api.containers(all=True, filters={"label": LABEL}))


async def test_it_sees_the_processes_files_and_network_of_its_target_as_its_user(channel: Conversation, app: str):
    text = await approved(
        channel,
        "debug app -- sh -c 'id -u; ps -ef; echo $TARGET_ROOT; cat /proc/1/root/data/config.yaml /data/config.yaml'",
    )
    assert "1000\n" in text
    assert "sleep 3600" in text
    assert text.count("port: 8080") == 2
    assert "/proc/1/root\n" in text


async def test_as_root_it_reads_what_only_root_may_and_has_no_power_that_its_target_lacks(
    channel: Conversation, rooted: str
):
    command = "cat /proc/1/root/only; grep CapEff /proc/self/status /proc/1/status"
    text = await approved(channel, f"debug rooted -- sh -c '{command}'")
    assert "kept" in text.splitlines()
    own, target = (line.split()[-1] for line in text.splitlines() if line.startswith("/proc/"))
    assert own == target


async def test_the_card_names_all_that_it_gets_and_for_how_long(channel: Conversation, app: str):
    _, card = await asked(channel, "debug app --profile general --reason 'it hangs'")
    shown = str(card["blocks"])
    for said in (
        "cdebug-toolbox:latest",
        "SYS_PTRACE",
        "volume debugged-data",
        "ends by itself",
        "after 30m",
        "it hangs",
    ):
        assert said in shown
    assert "Approve" in labels(card)


async def test_it_has_the_targets_variables_where_that_is_asked_for(
    channel: Conversation, app: str, containers: docker.APIClient
):
    make(containers, "settled", "sleep 3600", environment={"LEVEL": "debug", "API_TOKEN": "hunter2hunter2"})
    root, card = await asked(channel, "debug settled --env-from-target -- sh -c 'echo $LEVEL ${#API_TOKEN}; env'")
    assert "hunter2" not in str(card["blocks"])
    assert "hunter2" not in await arguments_of(channel, card)
    await channel.as_("U0BOB").press(card, "Approve")
    await channel.ended(root, "done", patience_s=60)
    text = str(await channel.thread(root))
    assert "debug 14" in text
    assert "hunter2" not in text


async def test_a_second_command_uses_the_same_one(channel: Conversation, app: str, containers: docker.APIClient):
    await approved(channel, "debug app -- true")
    (first,) = helpers(containers)
    await approved(channel, "debug app -- id")
    assert [each["Id"] for each in helpers(containers)] == [first["Id"]]


async def test_one_with_more_power_is_never_used_for_less(
    channel: Conversation, app: str, containers: docker.APIClient
):
    await approved(channel, "debug app --profile general -- true")
    text = await approved(channel, "debug app -- grep CapBnd /proc/self/status")
    assert len(helpers(containers)) == 2
    assert "0000000000000000" in text


async def test_without_a_command_the_thread_is_a_shell_of_it(
    channel: Conversation, app: str, containers: docker.APIClient
):
    root, card = await asked(channel, "debug app")
    await channel.as_("U0BOB").press(card, "Approve")
    await channel.replied(root, "The files of `app` are under `/proc/1/root` (`$TARGET_ROOT`)")
    await channel.replied(root, "`bash` is open")
    await channel.type("$ cd /proc/1/root/data", thread=root["ts"])
    await channel.type("$ cat config.yaml", thread=root["ts"])
    await channel.replied(root, "port: 8080")
    await channel.type("$ exit", thread=root["ts"])
    await channel.ended(root, "done")
    assert len(helpers(containers)) == 1


async def test_a_code_block_is_the_input_of_its_command(channel: Conversation, app: str):
    assert "HELLO" in await approved(channel, "debug app -- tr a-z A-Z\n```\nhello\n```")


async def test_what_stood_beside_a_target_that_was_restarted_says_so(
    channel: Conversation, app: str, containers: docker.APIClient
):
    make(containers, "restarted", "exec sleep 3600")
    root, card = await asked(channel, "debug restarted -- sh -c 'echo a$((40 + 2)); sleep 60'")
    await channel.as_("U0BOB").press(card, "Approve")
    await channel.replied(root, "a42")
    containers.restart("restarted", timeout=0)
    await channel.replied(root, "was restarted, meanwhile")
    assert helpers(containers) == []


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("debug gone-by", "cannot debug `local/gone-by`: it is exited: there is no process to stand beside"),
        (
            "debug app --image nowhere:1",
            "the engine does not have the image `docker.io/library/nowhere:1`: cdebug pulls none",
        ),
        ("debug app --image 'No Such'", "not an image's name"),
        ("debug app --profile root", "no profile is called `root`. Choose one of auto, restricted"),
        ("debug app --as nobody", "`--as` takes UID or UID:GID, not `nobody`"),
        ("debug app --for 5h", "`--for` takes 1m to 4h"),
        ("debug nosuch", "nothing is called `nosuch`"),
    ],
)
async def test_what_cant_be_done_is_said_before_anybody_is_asked(
    channel: Conversation, app: str, containers: docker.APIClient, command: str, says: str
):
    if "gone-by" in command:
        containers.wait(make(containers, "gone-by", "exit 3"))
    await channel.type(f"/cdebug {command}")
    await channel.until(lambda all_: says in str(all_), says)
    assert helpers(containers) == []


async def test_clean_lists_it_and_removes_it(channel: Conversation, app: str, containers: docker.APIClient):
    await approved(channel, "debug app -- true")
    name = helpers(containers)[0]["Names"][0].lstrip("/")
    await channel.type("/cdebug clean")
    await channel.whispered(f"`local/{name}` by `debug` for <@U0ANN>")

    await channel.type(f"/cdebug clean {name}")

    await channel.whispered("1 removed.")
    assert helpers(containers) == []


async def test_what_was_approved_once_is_used_again_from_its_thread_unasked(channel: Conversation, app: str):
    root, card = await asked(channel, "debug app -- true")
    await channel.as_("U0BOB").press(card, "Approve")
    await channel.ended(root, "done")

    await channel.type("@cdebug debug -- sh -c 'echo a$((40 + 2))'", thread=root["ts"])
    await channel.replied(root, "a42")

    await channel.type("@cdebug debug --profile general -- sh -c 'echo b$((40 + 2))'", thread=root["ts"])
    await channel.until(
        lambda all_: sum(m["thread_ts"] == root["ts"] and "Approve" in labels(m) for m in all_) == 1, "a second card"
    )
