"""A second person's word: asked for on a card, given, refused, too late; and the story in the audit."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from bot.app import SHIPPED_POLICY
from tests.harness import (
    ROOT,
    Bot,
    Conversation,
    Json,
    Playground,
    RedisServer,
    Slack,
    asked,
    elements,
    labels,
    make,
    request_id,
    temporary_folder,
)

TWO = """
@id("two")
forbid (principal, action == Action::"exec", resource)
when { resource.hasTag("two") && context.approvals < 2 };
"""


@pytest.fixture(scope="module")
def vault(containers: docker.APIClient) -> str:
    make(containers, "vault", "sleep 3600", labels={"cdebug/protected": "true"})
    make(containers, "pair", "sleep 3600", labels={"two": "yes"})
    make(containers, "double", "sleep 3600", labels={"cdebug/protected": "true", "two": "yes"})
    return "vault"


ASK = "exec vault --reason 'the disk is full' -- sh -c 'echo ran >> /tmp/ran; wc -l < /tmp/ran'"


@pytest.mark.usefixtures("bot", "vault")
class TestCards:
    async def test_another_person_approves_and_it_runs_once(self, listed: Conversation):
        root, card = await asked(listed, ASK)

        await listed.as_("U0BOB").press(card, "Approve")

        done = await listed.ended(root, "done")
        assert "exit status 0" in done["text"]
        assert "by <@U0ANN>" in done["text"]
        ended = await listed.until(
            lambda all_: next((m for m in all_ if m["ts"] == card["ts"] and "approved by <@U0BOB>" in m["text"]), None),
            "the card",
        )
        assert elements(ended) == []
        assert "\n1\n" in (await listed.replied(root, "```"))["text"]

    async def test_the_card_says_all_that_one_must_know(self, listed: Conversation):
        flags = "--user app -e TOKEN=a-b --reason 'see <!channel> -- x'"
        argv = "printf 'a\tb' 'two words' ```line one\nPASSWORD=hunter22```"
        _, card = await asked(listed, f"exec vault {flags} -- {argv}")
        text = card["text"]
        for part in (
            "requester: <@U0ANN>", "--user: app", "--env: TOKEN=[redacted: 3 characters]",
            "argument 0: printf", "argument 1: a␉b",
            "argument 2: two words",
            "standard input: 26 bytes: line one␤PASSWORD=[redacted: 8 characters]", "SHA-256", "container: vault",
            "image digest: sha256:", "protected: yes", "see &lt;!channel&gt;", "open until", "Can't be undone",
            "<@U0BOB>", "<@U0CEM>",
        ):  # fmt: skip
            assert part in text, part
        assert "hunter22" not in text
        assert "<@U0DAN>" not in text  # one person with the requester
        assert labels(card) == ["Approve", "Deny", "Arguments"]

    async def test_arguments_are_opened_by_those_who_may_approve_and_nobody_else(self, listed: Conversation):
        _, card = await asked(listed, "exec vault --reason x -- mysql --password hunter22x")
        assert "hunter22x" not in json.dumps(await listed.messages())
        await listed.as_("U0EVE").press(card, "Arguments")
        await listed.as_("U0EVE").whispered("denied: you may not approve")
        await listed.as_("U0BOB").press(card, "Arguments")
        for _ in range(100):
            views = (await listed.slack.state("U0BOB"))["views"]
            if "hunter22x" in json.dumps(views):
                await listed.slack.post("/_/close", user="U0BOB", view_id=views[-1]["id"])
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the arguments were not shown")

    async def test_a_denial_asks_for_a_reason_and_tells_it(self, listed: Conversation):
        root, card = await asked(listed, ASK)
        bob = listed.as_("U0BOB")
        await bob.press(card, "Deny")
        view = await modal(listed.slack, "U0BOB", "Deny")
        await listed.slack.post(
            "/_/submit", user="U0BOB", view_id=view["id"], values={"form": {"text": "not during the sale"}}
        )
        denied = await listed.ended(root, "denied")
        assert "not during the sale" in denied["text"]
        await bob.type(f"/cdebug approve {request_id(root)}")
        await bob.whispered("it was denied: not during the sale")

    async def test_words_do_what_buttons_do(self, listed: Conversation):
        root, _ = await asked(listed, ASK)
        await listed.type("/cdebug requests")
        await listed.whispered(request_id(root))
        await listed.as_("U0BOB").type(f"/cdebug approve {request_id(root)}")
        await listed.ended(root, "done")

        root, _ = await asked(listed, ASK)
        await listed.as_("U0BOB").type(f"/cdebug deny {request_id(root)} --why 'no'")
        await listed.ended(root, "denied")

    async def test_the_requester_takes_it_back(self, listed: Conversation):
        root, _ = await asked(listed, ASK)
        await listed.type(f"/cdebug deny {request_id(root)}")
        await listed.ended(root, "denied")

    async def test_without_a_reason_nothing_protected_is_asked_for(self, listed: Conversation):
        _, thread = await listed.run("exec vault -- id", ends="failed")
        assert 'Add `--reason "…"`' in thread[0]["text"]

    async def test_a_user_group_makes_an_approver(self, listed: Conversation):
        root, card = await asked(listed, ASK)
        await listed.as_("U0CEM").press(card, "Approve")
        await listed.ended(root, "done")

    async def test_a_direct_message_is_no_listed_channel(self, slack: Slack):
        direct = Conversation(slack, "D0ANN")
        _, thread = await direct.run("exec vault --reason x -- id", ends="failed")
        assert thread[-1]["text"] == "nothing is called `vault` in `local`. `ps -a` shows what is there."

    async def test_who_am_i_and_what_may_i(self, listed: Conversation):
        await listed.type("/cdebug whoami")
        assert "`ann@example.com`" in (await listed.whispered("You are <@U0ANN>"))["text"]
        await listed.type("/cdebug can exec vault")
        said = await listed.whispered("ask for 1")
        assert "Who can approve it: <@U0BOB>, <@U0CEM>" in said["text"]
        await listed.type("/cdebug can logs vault")
        await listed.whispered("allow: policy `everyone-looks`")
        await listed.as_("U0CEM").type("/cdebug can exec vault")
        await listed.as_("U0CEM").whispered("denied: you may not use `exec`")

    async def test_break_glass_runs_at_once_and_is_told_to_all_who_audit(self, listed: Conversation):
        shop = Conversation(listed.slack, "C0SHOP")
        fay = listed.as_("U0FAY")
        root, _ = await fay.run("exec vault --reason x --break-glass 'the shop is down' -- echo inside")
        assert "exit status 0" in root["text"]
        await shop.until(
            lambda all_: [m for m in all_ if "break-glass: <@U0FAY> says “the shop is down”" in m["text"]],
            "the news",
        )
        _, thread = await listed.run("exec vault --reason x --break-glass 'me too' -- id", ends="denied")
        assert "you may not use `--break-glass`" in thread[0]["text"]


async def modal(slack: Slack, user: str, title: str) -> Json:
    for _ in range(200):
        for view in (await slack.state(user))["views"]:
            if view["title"]["text"] == title:
                found: Json = view
                return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {title} was opened")


# ---- bots of their own


class Own:
    """A workspace and a bot of this test's own."""

    def __init__(self, folder: Path, engine: str, redis_url: str = "", **more: Any) -> None:
        self.folder, self.engine = folder, engine
        self.playground = Playground(folder)
        self.bot = Bot(folder, self.playground.base, engine, redis_url, **more).start()

    def end(self) -> None:
        self.bot.end()
        self.playground.end()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.bot._environment}
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def own_folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


@pytest.fixture
async def own(own_folder: Path, engine: str, vault: str) -> AsyncIterator[Own]:
    policy = own_folder / "policy.cedar"
    policy.write_text(f"{SHIPPED_POLICY.read_text()}\n{TWO}\n")
    made = Own(own_folder, engine, ttl="4s", policy=str(policy), shell_idle="6s")
    yield made
    await asyncio.to_thread(made.end)


@pytest.fixture
async def here(own: Own) -> AsyncIterator[Conversation]:
    slack = Slack(own.playground.base)
    await slack.post("/_/channels", id="C0LISTED1", name="own", members=["U0ANN", "U0BOB", "U0CEM", "U0CDEBUG"])
    yield Conversation(slack, "C0LISTED1")
    await slack.close()


async def test_a_request_that_nobody_answers_expires_also_across_a_restart(own: Own, here: Conversation):
    root, card = await asked(here, ASK)
    await asyncio.to_thread(own.bot.end)
    await asyncio.to_thread(own.bot.start)
    await here.ended(root, "expired")
    await here.as_("U0BOB").type(f"/cdebug approve {request_id(root)}")
    await here.as_("U0BOB").whispered("it has expired")
    assert elements(await here.now(card)) == []


async def test_two_approvals_are_two_people(own: Own, here: Conversation):
    root, card = await asked(here, "exec double --reason x -- echo both")
    assert "2 approvals needed" in root["text"]
    await here.as_("U0BOB").press(card, "Approve")
    await here.until(lambda all_: [m for m in all_ if "1 of 2" in m["text"]], "one of two")
    await here.as_("U0BOB").press(card, "Approve")
    await here.as_("U0CEM").press(card, "Approve")
    await here.ended(root, "done")


async def test_in_a_direct_message_the_card_goes_to_the_approvers_channel(own: Own, here: Conversation):
    people = ["U0BOB", "U0CEM", "U0CDEBUG"]
    await here.slack.post("/_/channels", id="C0LISTED0", name="approvals", members=people)
    direct, approvers = Conversation(here.slack, "D0ANN"), Conversation(here.slack, "C0LISTED0", "U0BOB")
    root, _ = await direct.run("exec pair -- echo both", ends="waiting for approval")
    card = (await approvers.messages())[0]
    assert "Approve" in labels(card)

    await approvers.press(card, "Approve")
    await approvers.as_("U0CEM").press(card, "Approve")

    await direct.ended(root, "done")
    await approvers.until(lambda all_: [m for m in all_ if m["ts"] == card["ts"] and not elements(m)], "a closed card")
    closed = await approvers.now(card)
    assert {"<@U0BOB>", "<@U0CEM>"} <= set(closed["text"].partition("approved by ")[2].split("\n")[0].split(", "))


async def test_the_audit_proves_the_story(own: Own, here: Conversation):
    root, card = await asked(here, "exec vault --reason why -- echo proof")
    await here.as_("U0BOB").press(card, "Approve")
    await here.ended(root, "done")
    await here.run("exec nowhere -- id", ends="failed")

    verified = await asyncio.to_thread(own.command, "audit", "verify")
    exported = await asyncio.to_thread(own.command, "audit", "export")

    assert verified.returncode == 0, verified.stderr
    assert "none missing" in verified.stdout
    records = [json.loads(line) for line in exported.stdout.splitlines()]
    story = [(it["event"], it["user"]) for it in records if "proof" in it.get("command", "")]
    assert story == [
        ("asked", "U0ANN"), ("decided", "U0ANN"), ("approved", "U0BOB"),
        ("asked", "U0ANN"), ("decided", "U0ANN"), ("ended", "U0ANN"),
    ]  # fmt: skip
    assert records[-2]["event"] == "asked"
    assert records[-1]["event"] == "refused"
    await here.as_("U0BOB").type("/cdebug audit --target vault --since 10m")
    assert "approved" in (await here.as_("U0BOB").whispered("echo proof"))["text"]

    await asyncio.to_thread(own.bot.end)  # it anchors its head; the embedded Redis is started anew to be read
    assert (await asyncio.to_thread(own.command, "audit", "verify")).returncode == 0
    anchors = own.folder / "data" / "audit.jsonl"
    last = json.loads(anchors.read_text().splitlines()[-1])
    anchors.write_text(anchors.read_text() + json.dumps({**last, "seq": last["seq"] + 3}) + "\n")
    cut = await asyncio.to_thread(own.command, "audit", "verify")
    assert cut.returncode == 1
    assert "is missing" in cut.stderr


async def test_a_changed_policy_is_loaded_on_sighup_and_a_bad_one_is_not(own: Own, here: Conversation):
    policy = own.folder / "policy.cedar"
    good = policy.read_text()
    policy.write_text(good.replace("context.channel.shared", "context.chanel.shared"))
    own.bot.process.send(signal.SIGHUP)
    await asyncio.to_thread(own.bot.process.wait_for, "policy not loaded")
    await here.run("ps")

    policy.write_text(f'{good}\n@id("quiet") forbid (principal, action == Action::"logs", resource);')
    own.bot.process.send(signal.SIGHUP)
    await asyncio.to_thread(own.bot.process.wait_for, '"event": "policy loaded"')
    _, thread = await here.run("logs vault", ends="denied")
    assert "policy `quiet`" in thread[0]["text"]


async def test_a_shell_ends_when_its_persons_role_does(own: Own, here: Conversation):
    root, card = await asked(here, "sh vault --reason look")
    await here.as_("U0BOB").press(card, "Approve")
    await here.replied(root, "is open")
    await here.type("$ echo in", thread=root["ts"])
    await here.replied(root, "in\n")
    policy = own.folder / "policy.cedar"
    policy.write_text(f'{policy.read_text()}\n@id("closed") forbid (principal, action == Action::"sh", resource);')
    own.bot.process.send(signal.SIGHUP)
    await asyncio.to_thread(own.bot.process.wait_for, '"event": "policy loaded"')

    await here.type("$ echo after", thread=root["ts"])

    await here.ended(root, "stopped")
    assert "after\n" not in "".join(m["text"] for m in await here.thread(root) if m["user"] == "U0CDEBUG")


async def test_a_shell_ends_when_nobody_types(own: Own, here: Conversation, containers: docker.APIClient):
    await here.type("/cdebug sh pair")
    root: Json = await here.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await here.type("$ sleep 100", thread=root["ts"])  # what runs in it ends too

    await here.ended(root, "done", "stopped")

    running = containers.top("pair")["Processes"]
    assert not [row for row in running if "sleep 100" in row[-1]]


async def test_two_replicas_one_approval_one_run_and_lines_that_find_their_shell(
    own_folder: Path, engine: str, vault: str, redis_server: RedisServer
):
    made = Own(own_folder, engine, redis_server.url, CDEBUG_AUDIT_KEY="one key for both replicas")
    (own_folder / "second").mkdir()
    second = Bot(
        own_folder / "second",
        made.playground.base,
        engine,
        redis_server.url,
        CDEBUG_AUDIT_KEY="one key for both replicas",
    ).start()
    slack = Slack(made.playground.base)
    try:
        await slack.post("/_/channels", id="C0LISTED1", name="own", members=["U0ANN", "U0BOB", "U0CEM", "U0CDEBUG"])
        here = Conversation(slack, "C0LISTED1")
        root, card = await asked(
            here, "exec vault --reason x -- sh -c 'echo x >> /tmp/replicas; wc -l < /tmp/replicas'"
        )
        await asyncio.gather(*(here.as_(user).press(card, "Approve") for user in ("U0BOB", "U0CEM", "U0BOB", "U0CEM")))
        await here.ended(root, "done")
        assert "\n1\n" in (await here.replied(root, "```"))["text"]

        root, card = await asked(here, "sh vault --reason look")
        await here.as_("U0BOB").press(card, "Approve")
        await here.replied(root, "is open")
        for number in range(6):  # payloads go to the replicas in turn
            await here.type(f"$ echo line-{number}", thread=root["ts"])
            await here.replied(root, f"line-{number}\n")
        await here.press(await here.now(root), "Stop")
        await here.ended(root, "stopped")
        verified = await asyncio.to_thread(made.command, "audit", "verify")
        assert verified.returncode == 0, verified.stderr
    finally:
        await slack.close()
        await asyncio.to_thread(second.end)
        await asyncio.to_thread(made.end)


def test_a_policy_is_asked_a_table_of_questions(tmp_path: Path):
    cases = tmp_path / "cases.yaml"
    cases.write_text(
        "- {person: {roles: [responder]}, verb: exec, expect: allow}\n"
        "- {person: {roles: [responder]}, channel: {listed: true}, verb: exec, target: {protected: true},"
        " expect: ask 1}\n"
        "- {verb: logs, channel: {shared: true}, expect: deny}\n"
        "- {verb: exec, expect: allow}\n"
    )
    command = [sys.executable, "-m", "bot", "policy", "test", str(SHIPPED_POLICY), str(cases)]
    answer = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=30, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == ["case 4: exec of some: expected allow, got deny: no policy allows it"]
    cases.write_text(cases.read_text().replace("- {verb: exec, expect: allow}\n", ""))
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=30, check=False).returncode == 0
