"""What bad input gets: one clear line, and the bot goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import docker
import pytest

from tests.conftest import new_channel
from tests.harness import Conversation, Slack, body, make

pytestmark = pytest.mark.usefixtures("bot")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("lgos web", "no such verb: `lgos`. Did you mean `logs`?"),
        ("logs web --tial 3", "unknown option: --tial. Did you mean --tail?"),
        ("logs web --tail", "`logs`"),
        ("logs web --tail x", "not a number of lines: `x`"),
        ("logs web --tail -5", "not a number of lines: `-5`"),
        ("logs web --since tomorrow", "no such time: `tomorrow`"),
        ("stats --for 0s", "a duration must be more than nothing"),
        ("stats --for 3y", "no such duration: `3y`"),
        ("logs web --grep '(('", "`--grep` is no pattern"),
        ("logs web extra", "`logs` does not take `extra`"),
        ("logs web -- ls", "`logs` takes no command after `--`"),
        ("logs 'web", "a quote or a backslash is left open"),
        ("logs web | grep x", "no shell reads this line, so it has no `|`"),
        ("logs ../../etc", "not a name at column 1"),
        ("logs image/cdebug/busybox:1", "`logs` takes a container, not `image/cdebug/busybox:1`"),
        ("ps -n 'token=abcdef'", "not a name at column 1"),
        ("logs nowhere/shop/web", "no such context: `nowhere`"),
        ("logs a/b/c/d/e", "no such context"),
        ("docker", "a pasted `docker` line needs its command"),
        ("help lgos", "Did you mean `help logs`?"),
        ("logs \x1b[31mweb", "a control character (U+001B) at column 6"),
        ("logs w\x85eb", "a control character (U+0085) at column 7"),
        ("x" * 40_000, "a command has at most 8,000 characters, this one has 40,000"),
        ("grep", "`grep` needs a pattern"),
        ("grep x", "this only works in a thread of cdebug's"),
        ("use nowhere", "no such context: `nowhere`"),
    ],
)
async def test_what_does_not_parse_gets_one_ephemeral_line_and_no_root(channel: Conversation, text: str, line: str):
    await channel.type(f"/cdebug {text}")

    whisper = await channel.whispered(line)
    assert "\n" not in whisper["text"]
    assert all(message["only_for"] for message in await channel.messages())


async def test_an_empty_command_is_help(channel: Conversation):
    await channel.type("/cdebug")

    await channel.whispered("`logs` Show what a container wrote")


async def test_in_a_thread_the_line_is_a_reply(channel: Conversation):
    said = await channel.type("@cdebug help")
    await channel.whispered("`help VERB` explains one")

    await channel.type("@cdebug lgos", thread=said["ts"])

    await channel.replied(said, "Did you mean `logs`?")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("logs dead/web", "the engine of `dead` can't be reached"),
        ("ps -n shop dead/x", "the engine of `dead` can't be reached"),
        ("logs cluster/web", "there is no kubeconfig at nowhere"),
        ("inspect nothing-like-that", "nothing is called `nothing-like-that` in `local`"),
        ("logs -l app=nowhere", "nothing is called `-l app=nowhere`"),
        ("network --name nonet", "nothing is called `nonet`"),
        ("inspect {there} --path .Stat.Pid", "nothing is at `.Stat`. Did you mean `State`?"),
        ("inspect {there} --path .State..Pid", "not a path at column"),
        ("processes {ended}", "is not running"),
        ("stats {ended}", "it is exited"),
    ],
)
async def test_what_fails_on_an_engine_is_one_line_in_the_thread(
    channel: Conversation, containers: docker.APIClient, command: str, line: str
):
    for name, script in (("there", "sleep 600"), ("ended", "true")):
        with contextlib.suppress(docker.errors.APIError):
            make(containers, f"bad-{name}", script)
    containers.wait("bad-ended")

    root, thread = await channel.run(command.format(there="bad-there", ended="bad-ended"), ends="failed")

    assert any(line in message["text"] for message in thread), thread
    assert all("Traceback" not in message["text"] for message in [root, *thread])


@pytest.fixture
async def hanging(folder: Path) -> AsyncIterator[None]:
    """An engine that takes every connection and never says a word."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_unix_server(hold, folder / "hanging.sock")
    yield
    server.close()
    for writer in held:
        writer.close()


async def test_an_engine_that_does_not_answer_is_told_within_seconds(channel: Conversation, hanging: None):
    _, thread = await channel.run("ps -l hanging=1 hanging/x", ends="failed", patience_s=9)

    assert "the engine of `hanging` did not answer within 5 s" in thread[0]["text"]


async def test_a_container_that_is_gone_by_the_time_it_runs(channel: Conversation, containers: docker.APIClient):
    make(containers, "leaving", "sleep 600")
    root, _ = await channel.run("describe leaving")
    containers.remove_container("leaving", force=True)

    await channel.press(root, "Again")

    await channel.replied(root, "nothing is called `leaving`")


async def test_a_log_of_any_bytes_is_text_and_pings_nobody(channel: Conversation, containers: docker.APIClient):
    script = (
        r"printf '\033[31mred\033[0m \377\376 bytes\n';"
        "echo '<!channel> <@U0BOB> <http://evil|good> & *bold* `code` ```fence```';"
        r"printf 'bell\007 back\010\n'; printf '\342\200\256reversed\n'"
    )
    containers.wait(make(containers, "nasty", script))

    _, thread = await channel.run("logs nasty")

    result = thread[0]
    assert "&lt;!channel&gt; &lt;@U0BOB&gt; &lt;http://evil|good&gt; &amp; *bold*" in result["text"]
    shown = result["blocks"][0]["elements"][0]["elements"]
    assert [piece["type"] for piece in shown] == ["text"]
    assert shown[0]["text"].splitlines() == [
        "red \ufffd\ufffd bytes",
        "<!channel> <@U0BOB> <http://evil|good> & *bold* `code` ```fence```",
        "bell␇ back␈",
        "\\u202ereversed",
    ]


async def test_ten_megabytes_without_a_newline(channel: Conversation, containers: docker.APIClient):
    containers.wait(make(containers, "endless", "head -c 10485760 /dev/zero | tr '\\0' x; echo; echo the end"))

    root, _ = await channel.run("logs endless", patience_s=60)

    result = await channel.replied(root, "```")
    assert body(result)[-1] == "the end"
    assert "characters)" in result["text"]
    files = [file for message in await channel.thread(root) for file in message["files"]]
    assert (await channel.slack.file(files[0])).replace(b"\n", b"").count(b"x") == 10 * 2**20


async def test_a_channel_without_the_bot_is_asked_to_invite_it(slack: Slack):
    for private in ({}, {"kind": "private"}):
        channel = await new_channel(slack, bot=False, **private)

        await channel.type("/cdebug ps")

        await channel.whispered("Invite me with `/invite @cdebug`")


async def test_a_redelivered_payload_is_acted_on_once(channel: Conversation, shop: object):
    await channel.slack.post("/_/faults", redeliver=True)
    await channel.run("logs web --tail 1")
    await channel.type("@cdebug ps")
    await channel.until(lambda all_: [m for m in all_ if m["text"].startswith("done: `ps`")], "ps")
    await channel.slack.post("/_/faults")
    await channel.slack.post("/_/again")

    await channel.run("images")

    roots = [
        message["text"].split("`")[1] for message in await channel.messages() if message["text"].startswith("done")
    ]
    assert sorted(roots) == ["images", "logs web --tail 1", "ps"]


async def test_an_edited_message_is_not_a_command(channel: Conversation):
    said = await channel.type("hello @bob")
    await channel.slack.post("/_/edit", user="U0ANN", channel=channel.channel, ts=said["ts"], text="@cdebug ps")

    await channel.run("images")

    assert not [message for message in await channel.messages() if "`ps`" in message["text"]]


async def test_rate_limits_and_server_errors_lose_nothing(channel: Conversation, shop: object):
    answers = [
        {"method": "chat.postMessage", "answer": 429, "times": 1, "retry_after": 1},
        {"method": "chat.update", "answer": 500, "times": 1},
    ]
    await channel.slack.post("/_/faults", answers=answers)

    _, thread = await channel.run("logs web --tail 1")

    assert "GET /product" in thread[0]["text"] or "WARN" in thread[0]["text"]


async def test_a_lost_socket_is_opened_anew(channel: Conversation, shop: object):
    await channel.slack.post("/_/drop")
    while not (await channel.slack.state())["connected"]:
        await asyncio.sleep(0.05)

    await channel.run("ps")


async def test_a_socket_that_slack_refreshes_loses_nothing(channel: Conversation, shop: object):
    await channel.slack.post("/_/refresh")

    await channel.run("ps")


async def test_help_of_a_verb_has_its_flags_and_examples(channel: Conversation):
    await channel.type("/cdebug help logs")

    page = await channel.whispered("--timestamps")
    assert "logs checkout --tail 50 --timestamps" in page["text"]


async def test_use_changes_where_a_channel_looks_and_is_announced(channel: Conversation, shop: object):
    await channel.type("/cdebug use local/shop")
    await channel.until(lambda all_: [m for m in all_ if "this channel now uses `local/shop`" in m["text"]], "the news")

    root, thread = await channel.run("ps")

    assert "in local/shop" in root["text"]
    assert "web" in thread[0]["text"]
    await channel.as_("U0CEM").type("/cdebug use local")
    await channel.as_("U0CEM").whispered("denied: you may not use `use` here")
