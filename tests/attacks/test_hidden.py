"""Somebody who wants to know whether something exists that policy hides from them. Cem may not see the treasury."""

from __future__ import annotations

import docker
import pytest

from tests.attacks.conftest import nothing_for
from tests.harness import BASE, Conversation, Json, labels, make

pytestmark = pytest.mark.usefixtures("secret")
ASKS = [
    "logs {}", "describe {}", "inspect {}", "inspect {} --path .State.Pid", "stats {}", "processes {}", "diff {}",
    "network {}", "events {}", "exec {} -- id", "debug {}", "sh {}", "ls {} /app", "cat {} /app/map", "cp {}:/app/map",
    "attach {}",    "kill {} --run ab12", "can exec {}", "can logs {}", "logs container/{}", "logs local/{}",
    "exec {} --break-glass x -- id",
]  # fmt: skip


@pytest.mark.parametrize("command", ASKS)
async def test_the_hidden_and_the_missing_get_the_same_words(room: Conversation, command: str):
    hidden = await nothing_for(room, "U0CEM", f"/cdebug {command.format('treasury')}")
    missing = await nothing_for(room, "U0CEM", f"/cdebug {command.format('treasurx')}")
    assert [_named(text) for text in hidden] == [_named(text) for text in missing]


def _named(text: str) -> str:
    return text.replace("treasury", "NAME").replace("treasurx", "NAME")


@pytest.mark.parametrize(
    "command", ["network --name bridge", "inspect network/bridge", "images", f"describe image/{BASE}"]
)
async def test_what_a_kept_result_mentions_is_judged_for_each_who_reads_it(room: Conversation, command: str):
    root, _ = await room.run(command)
    cem = room.as_("U0CEM")
    before = {m["ts"] for m in await cem.messages()}

    await cem.type("@cdebug grep treas", thread=root["ts"])
    await cem.type("@cdebug save", thread=root["ts"])
    await room.until(lambda all_: len([m for m in all_ if "this result has expired" in m["text"]]) >= 2, "two refusals")
    fresh = [m for m in await cem.messages() if m["ts"] not in before and m["user"] == "U0CDEBUG"]
    assert "treasury" not in "".join(m["text"] for m in fresh)
    assert not [m for m in fresh if m["files"]]

    await room.type("@cdebug grep easury", thread=root["ts"])  # the neighbour: whose it is
    await room.until(
        lambda all_: [m for m in all_ if "```" in m["text"] and "treasury" in m["text"] and m["ts"] not in before],
        "the lines",
    )


async def test_records_about_what_was_never_judged_show_no_words(room: Conversation):
    await room.type("/cdebug can logs treasury")
    await room.whispered("allow")
    await room.run("logs treas", ends=("done", "failed"))
    cem = room.as_("U0CEM")
    await cem.type("/cdebug audit --who <@U0ANN> --since 1m")
    shown = await cem.whispered("<@U0ANN>")
    assert "treas" not in shown["text"]
    assert "`can …`" in shown["text"]


LISTS = [
    "ps -a",
    "stats",
    "events",
    "network --name bridge",
    "images",
    f"describe image/{BASE}",
    "logs tre",
    "logs treasur",
    "logs -l hidden=yes",
]


@pytest.mark.parametrize("command", LISTS)
async def test_lists_menus_and_lookalikes_leave_it_out(room: Conversation, command: str):
    said = await nothing_for(room, "U0CEM", f"/cdebug {command}")
    everything = "\n".join(each["text"] for each in await room.as_("U0CEM").messages() if each["user"] == "U0CDEBUG")
    assert said
    assert "treasury" not in everything


async def kept(room: Conversation) -> tuple[Json, Json]:
    root, _ = await room.run("logs treasury")
    return root, await room.replied(root, "the log of")


async def test_what_others_kept_can_neither_be_paged_nor_searched_nor_saved(room: Conversation):
    root, result = await kept(room)
    cem = room.as_("U0CEM")
    for word in ("grep log", "save"):
        await cem.type(f"@cdebug {word}", thread=root["ts"])
    await cem.press(result, "Save")
    await cem.press(result, "Filter")
    await room.until(lambda all_: len([m for m in all_ if "this result has expired" in m["text"]]) >= 2, "two refusals")
    await cem.until(lambda all_: len([m for m in all_ if "this result has expired" in m["text"]]) >= 4, "four refusals")
    assert not [m for m in await room.messages() if m["files"]]


async def test_again_runs_as_the_one_who_presses(room: Conversation):
    root, _ = await kept(room)
    cem = room.as_("U0CEM")
    await cem.press(root, "Again")
    await room.replied(root, "nothing is called `treasury`")
    await cem.type("@cdebug again", thread=root["ts"])
    await room.until(lambda all_: len([m for m in all_ if "nothing is called" in m["text"]]) == 2, "again the same")


async def test_a_thread_about_it_says_nothing_to_those_who_cant_see_it(room: Conversation):
    root, _ = await kept(room)
    await room.as_("U0CEM").type("@cdebug describe", thread=root["ts"])
    await room.replied(root, "nothing is called `treasury`")


async def test_its_requests_sessions_and_records_are_not_listed(room: Conversation):
    await room.run("describe trellis")
    await room.type("/cdebug logs treasury -f")
    await room.until(lambda all_: [m for m in all_ if "the log of" in m["text"]], "the follow")
    cem = room.as_("U0CEM")
    for command, empty in (("requests", "No requests are waiting"), ("sessions", "Nothing is running in this channel")):
        await cem.type(f"/cdebug {command}")
        await cem.whispered(empty)
    await cem.type("/cdebug audit --target treasury")  # he may read the audit
    await cem.whispered("No matching audit records")
    await cem.type("/cdebug audit")
    shown = await cem.whispered("asked")
    others = [line for line in shown["text"].splitlines() if "<@U0CEM>" not in line]
    assert others
    assert not [line for line in others if "treasury" in line]
    follow = [m for m in await room.messages() if m["text"].startswith("running")][-1]
    await room.press(await room.now(follow), "Stop")


async def test_an_approver_who_cant_see_it_can_answer_no_request_for_it(room: Conversation):
    cem = room.as_("U0CEM")
    hidden = await nothing_for(room, "U0CEM", "/cdebug approve 0123456789abcde")
    assert hidden == ["no request is called `0123456789abcde`. `requests` lists those that wait."]
    await cem.run("ps")


async def test_the_neighbour_who_may_see_it_does(room: Conversation):
    root, result = await kept(room)
    await room.press(result, "Save")
    await room.until(lambda all_: [m for m in all_ if m["files"]], "the file")
    assert "Again" in labels(root)


@pytest.mark.usefixtures("bot")
async def test_what_an_auditor_reads_in_a_thread_is_read_by_nobody_else(channel: Conversation):
    root, _ = await channel.run("ps")
    bob = channel.as_("U0BOB")
    await bob.type("@cdebug audit", thread=root["ts"])
    shown = await bob.whispered("ran <@U0BOB> `audit`")
    assert (shown["only_for"], shown["thread_ts"]) == ("U0BOB", root["ts"])


async def test_what_was_hidden_stays_so_when_it_is_removed(room: Conversation, containers: docker.APIClient):
    for name, tags in (("treasurer", {"hidden": "yes"}), ("usher", {}), ("huge-treasurer", {"hidden": "x" * 300_000})):
        make(containers, name, "true", labels=tags)
        containers.wait(name, timeout=10)
        containers.remove_container(name)
    hidden = await nothing_for(room, "U0CEM", "/cdebug events treasurer")
    missing = await nothing_for(room, "U0CEM", "/cdebug events treasurex")
    assert [it.replace("treasurer", "NAME") for it in hidden] == [it.replace("treasurex", "NAME") for it in missing]
    root, thread = await room.as_("U0CEM").run("events")
    text = "\n".join(each["text"] for each in [root, *thread])
    assert "usher" in text
    assert "treasurer" not in text
    assert "Not shown: " in text
    assert "its labels are too large to be read" in text
    make(containers, "treasurer-2", "true", labels={})
    containers.wait("treasurer-2", timeout=10)
    containers.rename("treasurer-2", "usher-2")
    containers.remove_container("usher-2")
    for name in ("usher-2", "treasurer-2"):  # by each of its names
        _, thread = await room.run(f"events {name}")
        assert "destroy" in thread[0]["text"]
    _, thread = await room.run("events treasurer")
    assert "destroy" in thread[0]["text"]
