"""Starts, ends, deaths: nothing that was acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import docker
import pytest

from tests.harness import Bot, Conversation, Playground, RedisServer, Slack, labels, make, temporary_folder

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def own_folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


@pytest.fixture
def own_playground(own_folder: Path) -> Iterator[Playground]:
    started = Playground(own_folder)
    yield started
    started.end()


@pytest.fixture
async def incidents(own_playground: Playground) -> AsyncIterator[Conversation]:
    slack = Slack(own_playground.base)
    yield Conversation(slack, "C0INCIDENT")
    await slack.close()


@pytest.fixture
def own_bot(own_folder: Path, own_playground: Playground, engine: str) -> Iterator[Bot]:
    started = Bot(own_folder, own_playground.base, engine).start()
    yield started
    started.end()


async def running(channel: Conversation, command: str) -> dict[str, object]:
    await channel.type(f"/cdebug {command}")
    root: dict[str, object] = await channel.until(
        lambda all_: next((m for m in all_ if m["text"].startswith("running") and "Stop" in labels(m)), None), "the run"
    )
    return root


async def killed_and_done_in_its_place(bot: Bot, channel: Conversation, root: dict[str, object]) -> None:
    """Kill the bot and start it: the command ends in its own message, and there is no other."""
    bot.process.kill()
    bot.process.end()
    bot.start()

    await channel.until(
        lambda all_: [m for m in all_ if m["ts"] == root["ts"] and m["text"].startswith("done")], "the outcome", 40
    )
    assert len([m for m in await channel.messages() if not m["thread_ts"]]) == 1


async def test_sigterm_says_in_the_thread_that_it_was_interrupted(
    own_bot: Bot, incidents: Conversation, containers: docker.APIClient
):
    root = await running(incidents, "logs web -f")

    status = await asyncio.to_thread(own_bot.process.terminate)

    assert status == 0
    after = next(m for m in await incidents.messages() if m["ts"] == root["ts"])
    assert after["text"].startswith("interrupted")
    await incidents.replied(root, "interrupted: the bot was stopped")


async def test_six_follows_are_told_and_it_leaves_in_time(
    own_bot: Bot, incidents: Conversation, containers: docker.APIClient
):
    for _ in range(6):
        await incidents.type("/cdebug logs web -f")
    await incidents.until(lambda all_: len([m for m in all_ if " so far" in m["text"]]) >= 2, "the follows", 30)

    assert await asyncio.to_thread(own_bot.process.terminate, 10) == 0

    roots = [m["text"].split(":")[0] for m in await incidents.messages() if not m["thread_ts"]]
    assert roots == ["interrupted"] * 6


async def test_what_was_stopped_stays_stopped_after_a_restart(own_bot: Bot, incidents: Conversation):
    root = await running(incidents, "logs web -f")
    await incidents.press(root, "Stop")
    await incidents.until(lambda all_: [m for m in all_ if m["text"].startswith("stopped: `")], "the stop")
    assert await asyncio.to_thread(own_bot.process.terminate) == 0
    own_bot.process.end()

    own_bot.start()
    await incidents.run("ps")

    assert "taken over" not in own_bot.process.said()
    assert [m["text"].split(":")[0] for m in await incidents.messages() if not m["thread_ts"]] == ["stopped", "done"]


async def test_a_button_pressed_before_a_kill_is_not_lost(own_bot: Bot, incidents: Conversation):
    root, _ = await incidents.run("logs web --tail 1")
    answers = [{"method": "chat.postMessage", "answer": "timeout", "times": 1}]
    await incidents.slack.post("/_/faults", answers=answers)
    await incidents.press(root, "Again")
    own_bot.process.kill()
    own_bot.process.end()
    await incidents.slack.post("/_/faults")

    own_bot.start()

    await incidents.until(
        lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"] and m["text"].startswith("done")], "again", 30
    )


@pytest.mark.parametrize("answer", [500, 429])
async def test_an_error_that_cant_be_told_does_not_end_the_bot(own_bot: Bot, incidents: Conversation, answer: int):
    answers = [{"method": "chat.postEphemeral", "answer": answer, "times": 30, "retry_after": 0}]
    await incidents.slack.post("/_/faults", answers=answers)
    await incidents.type("/cdebug lgos")
    await incidents.type("/cdebug logs \ud800 web")
    await incidents.whispered("no such verb: `lgos`")  # by the response_url
    await incidents.slack.post("/_/faults")

    await incidents.run("ps")


async def test_what_was_acknowledged_before_a_kill_is_done_after_the_restart(own_bot: Bot, incidents: Conversation):
    answers = [{"method": "users.info", "answer": "timeout", "times": 1}]
    await incidents.slack.post("/_/faults", answers=answers)
    answer = await incidents.type("/cdebug logs web --tail 1")
    assert answer["acknowledged"]

    own_bot.process.kill()
    own_bot.process.end()
    await incidents.slack.post("/_/faults")
    own_bot.start()

    await incidents.until(lambda all_: [m for m in all_ if m["text"].startswith("done: `logs web")], "the answer", 30)
    await incidents.slack.post("/_/again")
    await incidents.run("ps")
    assert len([m for m in await incidents.messages() if "`logs web --tail 1`" in m["text"]]) == 1


async def test_a_read_that_a_kill_broke_off_is_done_again_in_its_thread(own_bot: Bot, incidents: Conversation):
    root = await running(incidents, "stats web --for 4s")

    await killed_and_done_in_its_place(own_bot, incidents, root)


async def test_a_kill_before_slacks_answer_was_read_leaves_no_message_that_runs_for_ever(
    own_bot: Bot, incidents: Conversation
):
    await incidents.slack.post("/_/faults", answers=[{"method": "chat.postMessage", "answer": "lost", "times": 1}])
    root = await running(incidents, "stats web --for 4s")

    await killed_and_done_in_its_place(own_bot, incidents, root)


async def test_two_replicas_on_one_redis_do_each_thing_once(
    own_folder: Path, own_playground: Playground, incidents: Conversation, engine: str, redis_server: RedisServer
):
    pair = [Bot(own_folder, own_playground.base, engine, redis_server.url).start() for _ in range(2)]
    try:
        await incidents.slack.post("/_/faults", redeliver=True)
        for number in range(6):
            await incidents.type(f"/cdebug logs web --tail {number + 1}")
        await incidents.until(
            lambda all_: len([m for m in all_ if m["text"].startswith("done")]) >= 6, "six answers", 40
        )
        roots = [m["text"].split("`")[1] for m in await incidents.messages() if not m["thread_ts"]]
        assert sorted(roots) == [f"logs web --tail {n + 1}" for n in range(6)]
    finally:
        for bot in pair:
            bot.end()


async def test_redis_gone_answers_that_nothing_ran_and_comes_back(
    own_folder: Path, own_playground: Playground, incidents: Conversation, engine: str
):
    server = RedisServer(own_folder)
    bot = Bot(own_folder, own_playground.base, engine, server.url).start()
    try:
        server.end()
        await incidents.type("/cdebug ps")
        await incidents.whispered("Nothing ran")
        await incidents.type("@cdebug ps")
        await incidents.until(lambda all_: len([m for m in all_ if "Nothing ran" in m["text"]]) == 2, "the second line")

        server.start()
        await incidents.run("ps")
    finally:
        bot.end()
        server.end()


async def test_health_says_ready_only_when_it_is(own_bot: Bot):
    base = f"http://127.0.0.1:{own_bot.metrics_port}"
    async with aiohttp.ClientSession(base) as session:
        for path, text in (("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "cdebug_commands_total")):
            async with session.get(path) as answer:
                assert answer.status == 200
                assert text in await answer.text()


async def test_sigterm_before_slack_answers_ends_it_too(own_folder: Path, engine: str):
    bot = Bot(own_folder, "http://127.0.0.1:9", engine).start(ready=False)
    bot.process.wait_for("not ready")

    assert await asyncio.to_thread(bot.process.terminate) == 0
    bot.process.end()


async def test_a_stopped_bot_leaves_nothing_behind(own_bot: Bot, own_folder: Path):
    own_bot.process.send(signal.SIGINT)
    own_bot.process.wait_for('"event": "stopped"')

    assert not (own_folder / "data" / "redis" / "redis.sock").exists()


async def test_a_token_that_slack_refuses_ends_it_with_a_line(
    own_folder: Path, own_playground: Playground, engine: str
):
    bot = Bot(own_folder, own_playground.base, engine, SLACK_BOT_TOKEN="xoxb-wrong").start(ready=False)
    bot.process.wait_for("Slack refuses the token: invalid_auth")

    assert await asyncio.to_thread(bot.process._process.wait, 10) == 2
    assert "Traceback" not in bot.process.said()
    bot.process.end()


async def test_a_direct_message_is_answered_in_a_thread_of_its_own(
    own_bot: Bot, incidents: Conversation, containers: docker.APIClient
):
    make(containers, "for-one", "echo hello; sleep 60")
    direct = Conversation(incidents.slack, "D0ANN")

    await direct.type("logs for-one")

    root = await direct.until(lambda all_: next((m for m in all_ if m["text"].startswith("done")), None), "the answer")
    await direct.replied(root, "hello")


async def test_a_workspace_without_the_newer_blocks_gets_a_table(own_bot: Bot, incidents: Conversation):
    await incidents.slack.post("/_/faults", older_blocks=True)

    for _ in range(2):  # the second time it is known
        _, (table, *_) = await incidents.run("ps")
        assert table["blocks"][0]["type"] == "table"
        assert "web" in [row[0]["text"] for row in table["blocks"][0]["rows"]]
