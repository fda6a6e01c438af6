"""Somebody who wants to run what nobody approved."""

from __future__ import annotations

import asyncio

import docker
import pytest

from tests.harness import Conversation, Json, asked, elements, make, request_id

pytestmark = pytest.mark.usefixtures("bot", "sealed")
COUNT = "exec sealed --reason x -- sh -c 'echo x >> /tmp/count; echo runs: $(wc -l < /tmp/count)'"


async def runs(channel: Conversation, root: Json) -> list[str]:
    return [each["text"] for each in await channel.thread(root) if each["text"].startswith("```\nruns: ")]


async def still_waits(channel: Conversation, root: Json) -> None:
    """A later command is answered, and the request has not moved."""
    await channel.run("ps")
    assert (await channel.now(root))["text"].startswith("waiting for approval")


async def test_requester_cannot_approve_their_own_exec(listed: Conversation):
    root, card = await asked(listed, COUNT)
    await listed.press(card, "Approve")
    await listed.whispered("denied")
    await listed.type(f"/cdebug approve {request_id(root)}")
    await listed.type(f"@cdebug approve {request_id(root)}", thread=root["ts"])
    await listed.replied(root, "denied")
    await still_waits(listed, root)


async def test_nor_can_they_from_a_second_account_of_the_same_kubernetes_user(listed: Conversation):
    root, card = await asked(listed, COUNT)
    dan = listed.as_("U0DAN")  # an approver by his roles
    await dan.press(card, "Approve")
    await dan.whispered("nobody approves their own request")
    await still_waits(listed, root)


async def test_an_edited_message_approves_nothing(listed: Conversation):
    root, _ = await asked(listed, COUNT)
    bob = listed.as_("U0BOB")
    said = await bob.type("@cdebug requests", thread=root["ts"])
    approve = f"@cdebug approve {request_id(root)}"
    await listed.slack.post("/_/edit", user="U0BOB", channel=listed.channel, ts=said["ts"], text=approve)
    await still_waits(listed, root)


async def test_a_responder_without_the_role_approves_nothing(listed: Conversation):
    root, card = await asked(listed, COUNT)
    for user in ("U0EVE", "U0GUEST", "U0STRANGER"):
        await listed.as_(user).press(card, "Approve")
        await listed.as_(user).whispered("denied")
        await listed.as_(user).press(card, "Deny")
    await still_waits(listed, root)


async def test_a_press_that_is_replayed_runs_nothing_twice(listed: Conversation):
    root, card = await asked(listed, COUNT)
    bob = listed.as_("U0BOB")
    await listed.slack.post("/_/faults", redeliver=True)
    await bob.press(card, "Approve")
    await listed.slack.post("/_/faults")
    await listed.slack.post("/_/again")
    await listed.slack.post("/_/again")
    await listed.ended(root, "done")
    await bob.type(f"/cdebug approve {request_id(root)}")
    await bob.whispered("an approval is good for one run")
    assert len(await runs(listed, root)) == 1


async def test_two_approvers_at_once_run_it_once(listed: Conversation):
    root, card = await asked(listed, COUNT)
    await asyncio.gather(*(listed.as_(user).press(card, "Approve") for user in ("U0BOB", "U0CEM") * 3))
    await listed.ended(root, "done")
    await listed.run("ps")
    assert len(await runs(listed, root)) == 1
    assert elements(await listed.now(card)) == []


async def test_again_asks_again(listed: Conversation):
    root, card = await asked(listed, COUNT)
    await listed.as_("U0BOB").press(card, "Approve")
    done = await listed.ended(root, "done")
    await listed.press(done, "Again")
    await listed.until(
        lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"] and m["text"].startswith("waiting for approval")],
        "another request",
    )
    assert len(await runs(listed, root)) == 1


async def test_a_container_recreated_under_the_same_name_is_another(listed: Conversation, containers: docker.APIClient):
    make(containers, "swapped", "sleep 3600", labels={"cdebug/protected": "true"})
    root, card = await asked(listed, "exec swapped --reason x -- echo reached")
    containers.remove_container("swapped", force=True)
    make(containers, "swapped", "sleep 3600", labels={"cdebug/protected": "true"})

    await listed.as_("U0BOB").press(card, "Approve")

    await listed.ended(root, "denied")
    await listed.replied(root, "is void")
    assert not [m for m in await listed.thread(root) if "reached" in m["text"] and "```" in m["text"]]


async def test_what_the_channel_looks_at_meanwhile_does_not_move_the_command(
    listed: Conversation, containers: docker.APIClient
):
    labels = {"cdebug/protected": "true", "com.docker.compose.project": "other"}
    make(containers, "moved", "echo from moved; sleep 3600", labels={"cdebug/protected": "true"})
    root, card = await asked(listed, "exec moved --reason x -- echo reached")
    containers.remove_container("moved", force=True)
    make(containers, "moved", "sleep 3600", labels=labels)
    await listed.type("/cdebug use local/other")
    await listed.until(lambda all_: [m for m in all_ if "now uses" in m["text"]], "the news")

    await listed.as_("U0BOB").press(card, "Approve")

    await listed.ended(root, "denied")
    await listed.replied(root, "is void")


async def test_an_approval_of_one_command_is_none_of_its_neighbour(listed: Conversation):
    first, card = await asked(listed, "exec sealed --reason x -- echo one")
    second, _ = await asked(listed, "exec sealed --reason x -- echo two")
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.ended(first, "done")
    await still_waits(listed, second)


async def test_what_is_typed_after_the_request_is_not_what_was_approved(listed: Conversation):
    """The thread's session moves on; the request does not."""
    root, card = await asked(listed, "exec sealed --reason x -- echo approved")
    await listed.type("@cdebug exec sealed --reason x -- echo sneaked", thread=root["ts"])
    await listed.until(lambda all_: len([m for m in all_ if m["text"].startswith("waiting")]) == 2, "a second request")
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.ended(root, "done")
    text = "".join(m["text"] for m in await listed.thread(root) if "```" in m["text"])
    assert "approved" in text
    assert "sneaked" not in text


async def test_standard_input_is_part_of_what_is_approved_and_reaches_the_process(listed: Conversation):
    root, card = await asked(listed, "exec sealed --reason x -- cat ```the input```")
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.ended(root, "done")
    await listed.replied(root, "the input")


@pytest.mark.parametrize(
    "argv",
    ["'; touch /tmp/pwned'", "'$(touch /tmp/pwned)'", "'a\nb; touch /tmp/pwned'", "'&& touch /tmp/pwned'"],
)
async def test_argv_reaches_no_shell_of_ours(listed: Conversation, containers: docker.APIClient, argv: str):
    root, card = await asked(listed, f"exec sealed --reason x -- echo {argv}")
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.ended(root, "done")
    made = containers.exec_create("sealed", ["ls", "/tmp/pwned"])
    containers.exec_start(made["Id"])
    assert containers.exec_inspect(made["Id"])["ExitCode"] != 0


async def test_the_neighbour_somebody_else_approves(listed: Conversation):
    root, card = await asked(listed, COUNT)
    await listed.as_("U0BOB").press(card, "Approve")
    await listed.ended(root, "done")
    assert len(await runs(listed, root)) == 1


async def test_break_glass_is_for_those_whom_policy_names_and_opens_no_denial(listed: Conversation):
    _, thread = await listed.run("exec sealed --reason x --break-glass now -- id", ends="denied")
    assert "you may not use `--break-glass`" in thread[0]["text"]
    cem = listed.as_("U0CEM")  # no responder: denied, glass or not
    _, thread = await cem.run("exec sealed --reason x --break-glass now -- id", ends="denied")
    assert "you may not use `exec`" in thread[0]["text"]
