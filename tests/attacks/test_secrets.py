"""Somebody without a role who wants what a container keeps to itself."""

from __future__ import annotations

import docker
import pytest

from tests.attacks.conftest import said
from tests.harness import Conversation, make

pytestmark = pytest.mark.usefixtures("bot")
LINE = "MIIEpAIBAAKCAQEAx7Vdk2f9QmPz0LrT8uYw3sHqJ5nB1cG6eD4aKoZiRjWtXv"
BODY = [f"{LINE}{n:02}" for n in range(24)]
TOKEN = "ghp_" + "q7R2" * 9
SCRIPT = f"""
printf -- 'starting\\n-----BEGIN RSA PRIVATE KEY-----\\n'
for n in $(seq -w 0 23); do echo "{LINE}$n"; done
echo '-----END RSA PRIVATE KEY-----'
for n in 1 2 3; do echo "after $n"; done
mkdir -p /run/secrets /keys /files
printf 'hunter2-of-the-swarm' > /run/secrets/db
ln -s /run/secrets /files/way; ln -s /run/secrets/db /files/direct
printf -- '-----BEGIN PRIVATE KEY-----\\n{BODY[0]}\\n-----END PRIVATE KEY-----' > /keys/a.key
printf -- '-----BEGIN PRIVATE KEY-----\\n{BODY[1]}\\n-----END PRIVATE KEY-----\\n' > /keys/b.key
printf 'Gr\\374\\337e\\nDB_PASSWORD=latin-hunter2\\n' > /keys/latin
head -c 16370 /dev/zero | tr '\\0' x; echo ' {TOKEN} end of the long line'
sleep 3600
"""


@pytest.fixture(scope="module")
def keylog(containers: docker.APIClient) -> str:
    make(containers, "keylog", SCRIPT)
    return "keylog"


@pytest.mark.parametrize(
    "command",
    [
        "logs keylog --tail 27", "logs keylog --tail 8", "logs keylog --tail 5", "logs keylog --tail 27 --timestamps",
        "logs keylog --grep MIIE", "logs keylog --tail 20 --grep '[A-Za-z0-9]{60}'", "logs keylog --since 1h",
        "exec keylog -- sh -c 'echo begin; tail -n 2 /keys/a.key'", "exec keylog -- tail -n 2 /keys/b.key",
    ],
)  # fmt: skip
async def test_no_window_begins_inside_a_key(channel: Conversation, keylog: str, command: str):
    await channel.run(command, ends=("done", "failed"))
    everything = await said(channel)
    assert LINE not in everything
    assert BODY[1] not in everything


async def test_a_follow_that_begins_inside_a_key_shows_none_of_it(channel: Conversation, keylog: str):
    await channel.type("/cdebug logs keylog -f --tail 12")
    root = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "after 3")
    await channel.press(await channel.now(root), "Stop")
    await channel.ended(root, "stopped")
    assert LINE not in await said(channel)


async def test_the_neighbour_lines_after_the_key_are_shown(channel: Conversation, keylog: str):
    _, thread = await channel.run("logs keylog --tail 8")
    assert "after 1" in thread[0]["text"]
    assert "after 3" in thread[0]["text"]


async def test_two_keys_on_one_line_are_two_keys(channel: Conversation, keylog: str):
    await channel.run("exec keylog -- cat /keys/a.key /keys/b.key")
    everything = await said(channel)
    assert BODY[0] not in everything
    assert BODY[1] not in everything
    assert "2 secrets were hidden" in everything


@pytest.mark.parametrize("command", ["logs keylog --timestamps --tail 3", "logs keylog --timestamps --grep long"])
async def test_a_line_that_the_engine_cuts_in_two_is_one_line_with_one_time(
    channel: Conversation, keylog: str, command: str
):
    root, _ = await channel.run(command)
    await channel.type("@cdebug save", thread=root["ts"])
    await channel.until(lambda all_: [m for m in all_ if m["files"]], "the file")
    everything = await said(channel)
    assert TOKEN not in everything
    assert TOKEN[-8:] not in everything
    (line,) = {line for line in everything.splitlines() if line.endswith("end of the long line")}
    assert line.count(":") == 2, "one time"


@pytest.mark.parametrize(
    "command",
    [
        "cat keylog /run/secrets/db", "cat keylog /files/way/db", "cat keylog /files/direct",
        "cp keylog:/run/secrets/db",
        "cp keylog:/run/secrets", "cp keylog:/files/way", "cp keylog:/files/direct", "cp keylog:/run",
        "cat keylog /proc/1/root/run/secrets/db", "cat keylog /run/../run/secrets/./db",
    ],
)  # fmt: skip
async def test_a_mounted_secret_is_named_and_not_shown(channel: Conversation, keylog: str, command: str):
    await channel.run(command)
    everything = await said(channel)
    assert "hunter2-of-the-swarm" not in everything
    assert "mounted secret" in everything


async def test_the_neighbour_its_name_and_size_are_listed(channel: Conversation, keylog: str):
    _, thread = await channel.run("ls keylog /run/secrets")
    assert " db" in thread[0]["text"]
    assert "20" in thread[0]["text"]


@pytest.mark.parametrize("command", ["cat keylog /keys/latin", "cp keylog:/keys/latin", "cp keylog:/keys"])
async def test_a_file_in_another_encoding_is_scanned_too(channel: Conversation, keylog: str, command: str):
    await channel.run(command)
    everything = await said(channel)
    assert "latin-hunter2" not in everything
    assert "DB_PASSWORD=" in everything


async def test_events_show_a_commands_program_and_not_what_it_was_given(channel: Conversation, keylog: str):
    await channel.run("exec keylog -- echo 'X-Shop: grandmas recipe' --anything")
    _, thread = await channel.run("events keylog --since 1m")
    assert "exec_create" in thread[0]["text"]
    assert "echo" in thread[0]["text"]
    assert "grandmas recipe" not in thread[0]["text"]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("echo 'open /run/secrets/api_token: permission denied'", "open /run/secrets/api_token: permission denied"),
        ("echo 'DB_PASSWORD: variable is not set'", "DB_PASSWORD: variable is not set"),
        ("echo '/etc/passwd: Operation not permitted'", "/etc/passwd: Operation not permitted"),
        ("""echo '{"max_tokens": 4096}'""", '{"max_tokens": 4096}'),
    ],
)
async def test_the_decisive_words_of_an_error_stay(channel: Conversation, keylog: str, script: str, line: str):
    _, thread = await channel.run(f"exec keylog -- {script}")
    assert line in thread[0]["text"]
    assert "hidden" not in thread[0]["text"]


async def test_our_own_titles_and_file_names_are_no_settings(channel: Conversation, containers: docker.APIClient):
    make(containers, "token-issuer", "mkdir /creds; echo fine > /creds/note; sleep 3600")
    root, _ = await channel.run("cp token-issuer:/creds")
    assert "`cp token-issuer:/creds`" in root["text"]
    (file,) = [file for message in await channel.thread(root) for file in message["files"]]
    assert file["name"] == "creds.tar.gz"
