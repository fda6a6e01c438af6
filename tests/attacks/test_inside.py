"""Somebody who is let into a container, and wants more than that."""

from __future__ import annotations

import io
import tarfile

import docker
import pytest

from bot.app import SHIPPED_POLICY
from tests.attacks.conftest import said
from tests.conftest import new_channel
from tests.harness import Bot, Conversation, Json, Playground, Slack, make, temporary_folder

pytestmark = pytest.mark.usefixtures("bot")
SECRET = "tok-3f9a8b7c6d5e1234"
SCRIPT = f"""
mkdir -p /data/deep; echo 'API_TOKEN={SECRET}' > /data/env; echo 'API_TOKEN={SECRET}' > '/data/API_TOKEN={SECRET}'
ln -s / /data/root; ln -s ../../etc/shadow /data/deep/up
printf -- '-----BEGIN PRIVATE KEY-----\\nMIIEsecret1\\nMIIEsecret2\\n-----END PRIVATE KEY-----\\n' > /data/key.pem
sleep 3600
"""


@pytest.fixture(scope="module")
def leaky(containers: docker.APIClient) -> str:
    make(containers, "leaky", SCRIPT, environment={"API_TOKEN": SECRET})
    return "leaky"


@pytest.mark.parametrize(
    "command",
    [
        "exec leaky -- cat /data/env", "exec leaky -- env", f"exec leaky -- echo API_TOKEN={SECRET}",
        "cat leaky /data/env", "cat leaky /data/key.pem", "cp leaky:/data/env", "cp leaky:/data/key.pem",
        "cp leaky:/data", "ls leaky /data", "inspect leaky --path .Config.Env",
        "exec leaky -- sh -c 'cat /data/key.pem >&2'",
        "exec leaky -- cat /proc/1/environ", f"cp 'leaky:/data/API_TOKEN={SECRET}'",
    ],
)  # fmt: skip
async def test_a_redacted_value_comes_back_by_no_way(channel: Conversation, leaky: str, command: str):
    await channel.run(command)
    await channel.run("ps")

    everything = await said(channel)
    assert SECRET not in everything
    assert "MIIEsecret" not in everything


@pytest.mark.parametrize(
    "path",
    ["/data/../../../etc/passwd", "/../../etc/passwd", "/data/root/etc/passwd", "/data/deep/../../etc/passwd"],
)
async def test_a_path_that_climbs_stays_in_the_container(channel: Conversation, leaky: str, path: str):
    root, _ = await channel.run(f"cp leaky:{path}")
    (file,) = [file for message in await channel.thread(root) for file in message["files"]]
    assert (await channel.slack.file(file)).splitlines()[0] == b"root:x:0:0:root:/root:/bin/sh"  # the image's own
    assert "/" not in file["name"]


async def test_a_folder_brings_nothing_from_outside_itself(channel: Conversation, leaky: str):
    root, _ = await channel.run("cp leaky:/data")
    (file,) = [file for message in await channel.thread(root) for file in message["files"]]
    with tarfile.open(fileobj=io.BytesIO(await channel.slack.file(file)), mode="r:gz") as archive:
        assert not {"data/root", "data/deep/up"} & set(archive.getnames())
        assert all(name == "data" or name.startswith("data/") for name in archive.getnames())


async def test_a_grep_finds_nothing_of_what_was_hidden(channel: Conversation, leaky: str):
    root, _ = await channel.run("exec leaky -- cat /data/env /data/key.pem")
    for guess in ("tok-", "3f9a", "MIIE", "secret2"):
        await channel.type(f"@cdebug grep '{guess}'", thread=root["ts"])
        await channel.replied(root, f"No line matches `{guess}`.")


async def test_nobody_types_in_another_persons_shell(channel: Conversation, leaky: str):
    await channel.type("/cdebug sh leaky")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    await channel.type("$ SECRET_OF=ann; cd /data", thread=root["ts"])
    await channel.replied(root, "exit status 0")

    for user in ("U0CEM", "U0GUEST", "U0STRANGER"):  # no responder, no member
        await channel.as_(user).type("$ touch /tmp/intruder", thread=root["ts"])
    await channel.as_("U0GUEST").whispered("denied: guests can't use cdebug")
    await channel.as_("U0STRANGER").whispered("denied: people of other workspaces")
    await channel.replied(root, "you may not use `sh`")
    await channel.as_("U0EVE").press(await channel.now(root), "Ctrl-C")  # she has no shell here
    await channel.as_("U0EVE").whispered("nothing is running here anymore")

    await channel.type("$ ls /tmp/intruder; pwd", thread=root["ts"])
    await channel.replied(root, "/data\n")
    await channel.replied(root, "No such file")
    await channel.press(await channel.now(root), "Stop")
    await channel.ended(root, "stopped")


INSIDE = [
    "exec leaky -- id", "sh leaky", "ls leaky /", "cat leaky /data/env", "cp leaky:/data", "attach leaky",
    "kill leaky --run ab12",
]  # fmt: skip


@pytest.mark.parametrize("command", INSIDE)
async def test_nothing_is_said_in_a_channel_shared_with_another_company(slack: Slack, leaky: str, command: str):
    shared = await new_channel(slack, shared=True)
    await shared.type(f"/cdebug {command}")
    root: Json = await shared.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await shared.ended(root, "denied")
    assert not [m for m in await shared.messages() if "uid=0" in m["text"] or m["files"]]


@pytest.mark.parametrize("command", INSIDE)
async def test_who_has_no_role_gets_no_further_than_reading(channel: Conversation, leaky: str, command: str):
    _, thread = await channel.as_("U0CEM").run(command, ends="denied")
    assert "you may not use" in thread[0]["text"]


async def test_a_flood_is_refused_and_leaves_no_flood_of_records(engine: str):
    with temporary_folder() as folder:
        playground = Playground(folder)
        bot = Bot(folder, playground.base, engine, per_person="5").start()
        slack = Slack(playground.base)
        try:
            channel = Conversation(slack, "C0INCIDENT")
            for _ in range(15):
                await channel.type("/cdebug whoami")
            await channel.whispered("more than 5 commands in a minute")
            answers = [m for m in await channel.messages() if "You are <@U0ANN>" in m["text"]]
            assert len(answers) <= 10  # a minute may have turned
        finally:
            await slack.close()
            bot.end()
            playground.end()


async def test_what_cant_be_scanned_needs_policy_and_a_flag_breaks_no_glass(engine: str, containers: docker.APIClient):
    make(containers, "pictures", "printf '\\211PNG\\000' > /p.png; echo text > /t; sleep 3600")
    with temporary_folder() as folder:
        playground = Playground(folder)
        policy = folder / "policy.cedar"
        rule = (
            '@id("no-binaries") forbid (principal, action, resource) when { context.binary && context.approvals < 1 };'
        )
        policy.write_text(f"{SHIPPED_POLICY.read_text()}\n{rule}")
        bot = Bot(folder, playground.base, engine, policy=str(policy)).start()
        slack = Slack(playground.base)
        try:
            channel = Conversation(slack, "C0INCIDENT")
            # a flag that was typed breaks no glass: nobody may break it here
            for command in ("cp pictures:/p.png", "cat pictures /p.png", "cp pictures:/p.png --break-glass x"):
                _, thread = await channel.run(command, ends="denied")
                assert "can't be scanned for secrets" in thread[-1]["text"]
            _, thread = await channel.run("exec pictures -- sh -c 'cat /p.png; sleep 1; cat /t'", ends="denied")
            assert "can't be scanned for secrets" in thread[-1]["text"]
            assert "PNG" not in "".join(m["text"] for m in thread)
            root, _ = await channel.run("cp pictures:/t")
            assert [m for m in await channel.thread(root) if m["files"]]
        finally:
            await slack.close()
            bot.end()
            playground.end()
