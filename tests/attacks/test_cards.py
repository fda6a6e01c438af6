"""A requester who wants an approver to see less than what runs; and somebody who wants to pass for another."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import docker
import pytest

from tests.harness import ROOT, Bot, Conversation, Json, Slack, asked, labels, make, request_id

pytestmark = pytest.mark.usefixtures("bot", "sealed")
ESC, BEL = "\x1b", "\x07"


@pytest.mark.parametrize(
    "script",
    [
        "API_TOKEN=abc; echo x > /tmp/pwned; id",
        "x-key: ; echo x > /tmp/pwned; id",
        "API_TOKEN=abc echo /tmp/pwned",
        "API_TOKEN=$(touch /tmp/pwned) id",
        'password: "$(touch /tmp/pwned)"',
    ],
)
async def test_what_runs_beside_a_secret_stands_on_the_card_and_in_every_record(listed: Conversation, script: str):
    root, card = await asked(listed, f"exec sealed --reason rotate -- sh -c '{script}'")

    assert "/tmp/pwned" in card["text"].replace("&gt;", ">")
    assert "=abc" not in card["text"]
    await listed.as_("U0BOB").press(card, "Arguments")
    assert "/tmp/pwned" in json.dumps(await modal(listed, "U0BOB", "Arguments"))
    await listed.as_("U0BOB").type("/cdebug audit --target sealed --since 1m")
    assert "/tmp/pwned" in (await listed.as_("U0BOB").whispered("exec sealed --reason rotate"))["text"].replace(
        "&gt;", ">"
    )
    await listed.as_("U0BOB").type(f"/cdebug deny {request_id(root)}")
    await listed.ended(root, "denied")


async def test_what_is_hidden_says_how_long_it_is(listed: Conversation):
    _, card = await asked(listed, "exec sealed --reason x -- env API_TOKEN=abcdef123456 id")
    assert "API_TOKEN=[redacted: 12 characters]" in card["text"]


async def test_each_record_of_a_command_has_the_keyed_digest_of_its_words(channel: Conversation, bot: Bot):
    """Two commands that look alike once their secrets are hidden are told apart by who has the key."""
    for secret in ("abc123", "abc124"):
        await channel.run(f"exec web -- echo API_TOKEN={secret}", ends=("done", "failed", "denied"))
    records = [it for it in await exported(bot) if it["channel"] == channel.channel]
    digests = {it["words"] for it in records if it["event"] in ("asked", "decided", "refused", "ended")}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)


async def exported(bot: Bot) -> list[Json]:
    """The records of a bot's audit, as its operator reads them."""
    command = [sys.executable, "-m", "bot", "audit", "export"]
    done = await asyncio.to_thread(
        subprocess.run, command, env=bot._environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "block", [f"ls\n{ESC}];\necho x > /tmp/pwned;\necho {BEL}\n", "id\x00id", "a\x7fb", f"{ESC}[8mid{ESC}[0m"]
)
async def test_input_with_control_characters_is_refused_before_anybody_is_asked(listed: Conversation, block: str):
    await listed.type(f"/cdebug exec sealed --reason x -- sh ```{block}```")
    await listed.whispered("a control character (U+")
    assert not [m for m in await listed.messages() if not m["thread_ts"] and not m["only_for"]]


async def test_a_line_with_control_characters_is_not_typed(channel: Conversation, containers: docker.APIClient):
    make(containers, "typed-in", "sleep 3600")
    await channel.type("/cdebug sh typed-in")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    await channel.type(f"$ echo {ESC}]0;x{BEL} hidden", thread=root["ts"])
    await channel.replied(root, "a control character (U+001B)")
    await channel.type("$ echo fine", thread=root["ts"])
    await channel.replied(root, "fine\n")
    await channel.press(await channel.now(root), "Stop")


async def test_input_that_is_too_long_for_the_window_is_announced_and_handed_over_whole(listed: Conversation):
    block = "\u200b" * 9_900 + "\nrm -rf /data\n"
    _, card = await asked(listed, f"exec sealed --reason x -- sh ```{block}```")
    assert "Arguments shows all of them" in card["text"]

    await listed.as_("U0BOB").press(card, "Arguments")

    shown = json.dumps(await modal(listed, "U0BOB", "Arguments"))
    assert "cdebug sends you all of it as a file" in shown
    alone = Conversation(listed.slack, "D0BOB", "U0BOB")
    message = await alone.until(lambda all_: next((m for m in all_ if m["files"]), None), "the file")
    text = (await listed.slack.file(message["files"][0])).decode()
    assert text.endswith("\nrm -rf /data\n")
    assert text.count("\\u200b") == 9_900
    assert not [m for m in await listed.messages() if m["files"]]


INVISIBLE = ["\u202e", "\u061c", "\u200d", "\u00ad", "\U000e0041", "\u2066", "\ufeff", "\u3164", "\u2800", "\u034f"]


@pytest.mark.parametrize("sign", INVISIBLE)
async def test_signs_that_hide_or_turn_are_spelt_out_wherever_they_are_shown(listed: Conversation, sign: str):
    root, card = await asked(listed, f"exec sealed --reason 'a{sign}b' -- echo 'c{sign}d'")
    await listed.type("/cdebug requests")
    await listed.whispered(request_id(root))
    await listed.type(f"/cdebug lo{sign}gs web")
    await listed.whispered("no such verb")
    await listed.as_("U0BOB").type(f"/cdebug deny {request_id(root)}")
    await listed.ended(root, "denied")

    spelt = f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
    ours = [m for m in await listed.messages() if m["user"] == "U0CDEBUG"]
    said = json.dumps([[m["text"], m["blocks"]] for m in ours], ensure_ascii=False)
    assert sign not in said
    assert card["text"].count(spelt) >= 2


async def test_a_name_that_was_chosen_proves_nothing(listed: Conversation, slack: Slack):
    await slack.post("/_/people", id="U0EVE", name="ann", real_name="Ann")  # Eve calls herself as Ann is called
    try:
        root, card = await asked(listed.as_("U0EVE"), "exec sealed --reason x -- id")
        assert "requester: <@U0EVE>" in card["text"]
        assert "ann" not in card["text"]
        bob = listed.as_("U0BOB")
        await bob.type("/cdebug audit --who ann")
        await bob.whispered("no user id: `ann`")
        await bob.type("/cdebug audit --who <@U0EVE|ann> --since 1m")
        shown = (await bob.whispered("exec sealed --reason x"))["text"]
        assert "<@U0EVE>" in shown
        assert "<@U0ANN>" not in shown
        await bob.type(f"/cdebug deny {request_id(root)}")
        await listed.ended(root, "denied")
    finally:
        await slack.post("/_/people", id="U0EVE", name="eve", real_name="Eve")


async def test_somebody_elses_first_line_has_no_reason_of_the_threads(listed: Conversation):
    root, card = await asked(listed, "sh sealed --reason 'Ann knows why'")
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.replied(root, "is open")

    await listed.as_("U0EVE").type("$ id", thread=root["ts"])

    await listed.replied(root, "is protected, so whoever approves needs to know why")
    await listed.press(await listed.now(root), "Stop")


@pytest.mark.parametrize("by_word", [False, True])
async def test_what_somebody_else_runs_again_has_no_reason_of_the_first(listed: Conversation, by_word: bool):
    root, card = await asked(listed, "exec sealed --reason 'Ann knows why' -- echo ran-by-ann")
    await listed.as_("U0BOB").press(card, "Approve")
    ended = await listed.ended(root, "done")
    bob = listed.as_("U0BOB")

    if by_word:
        await bob.type("@cdebug again", thread=root["ts"])
    else:
        await bob.press(ended, "Again")

    said = await listed.until(
        lambda all_: next((m for m in all_ if "needs to know why" in m["text"]), None), "the question for a reason"
    )
    assert "Ann knows why" not in said["text"]


async def test_a_reply_of_two_lines_is_two_lines_each_on_record(
    channel: Conversation, containers: docker.APIClient, bot: Bot
):
    make(containers, "two-lines", "sleep 3600")
    await channel.type("/cdebug sh two-lines")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    await channel.type("$ echo first-of-two\n$ echo second-of-two", thread=root["ts"])
    await channel.replied(root, "second-of-two\n")
    typed = [it["command"] for it in await exported(bot) if it["event"] == "typed"]
    assert "$ echo first-of-two" in typed
    assert "$ echo second-of-two" in typed
    await channel.press(await channel.now(root), "Stop")


async def test_the_neighbour_a_card_of_plain_words_reads_as_they_were_typed(listed: Conversation):
    _, card = await asked(listed, "exec sealed --reason 'look at the clock' -- date -u")
    for part in ("argument 0: date", "argument 1: -u", "look at the clock", "requester: <@U0ANN>"):
        assert part in card["text"]
    assert labels(card) == ["Approve", "Deny", "Arguments"]


async def modal(channel: Conversation, user: str, title: str) -> Json:
    """The modal of that title that somebody has open; it is closed for them."""
    for _ in range(200):
        for view in (await channel.slack.state(user))["views"]:
            if view["title"]["text"] == title:
                await channel.slack.post("/_/close", user=user, view_id=view["id"])
                found: Json = view
                return found
        await asyncio.sleep(0.03)
    raise AssertionError(f"no {title} is open for {user}")


async def test_no_word_of_an_error_becomes_a_sentence_of_the_bots(channel: Conversation):
    root, _ = await channel.run("ps")
    await channel.type("@cdebug 'x`.\n*approved by everybody* <https://evil.example|ok>\n`'", thread=root["ts"])
    said = await channel.replied(root, "no such verb")
    assert "\n" not in said["text"]
    assert said["text"].count("`") == 4  # round the word, and round `help`
    assert json.dumps(said["blocks"]).count('"type": "link"') == 0
    assert said["blocks"]


@pytest.mark.parametrize("sign", ["\r", "\u2028", "\x85"])
async def test_a_reply_that_a_terminal_takes_for_two_lines_is_none(
    channel: Conversation, containers: docker.APIClient, bot: Bot, sign: str
):
    name = f"one-line-{ord(sign)}"
    make(containers, name, "sleep 3600")
    await channel.type(f"/cdebug sh {name}")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    await channel.type(f"$ echo one{sign}echo SECOND-$((1+1))", thread=root["ts"])
    await channel.until(lambda all_: [m for m in all_ if "a control character" in m["text"]], "the refusal")
    assert not [m for m in await channel.messages() if "SECOND-2" in m["text"]]
    await channel.press(await channel.now(root), "Stop")
    containers.remove_container(name, force=True)


async def test_a_reply_of_more_lines_than_a_shell_holds_is_refused_whole(
    channel: Conversation, containers: docker.APIClient, bot: Bot
):
    make(containers, "many-lines", "sleep 3600")
    await channel.type("/cdebug sh many-lines")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    await channel.type("$ " + "\n".join(f"echo typed-{number}" for number in range(120)), thread=root["ts"])
    await channel.until(lambda all_: [m for m in all_ if "a reply has at most 50 lines" in m["text"]], "the refusal")
    assert not [it for it in await exported(bot) if it["event"] == "typed" and "typed-" in it["command"]]
    await channel.press(await channel.now(root), "Stop")
    containers.remove_container("many-lines", force=True)


async def test_what_the_arguments_hold_is_told_apart_to_the_last_space(listed: Conversation):
    _, card = await asked(listed, "exec sealed --reason x -- rm -rf '/data '")
    assert "argument 2: /data␣" in card["text"]
    groups = card["text"]
    assert groups.index("Can't be undone") < groups.index("argument 0")
