"""A long result: its pages, its filter, its file; read from the shelf, not from the engine."""

from __future__ import annotations

import docker
import pytest

from tests.harness import Conversation, Json, body, labels, make

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture(scope="module")
def counted(containers: docker.APIClient) -> str:
    """A container that wrote the numbers 1 to 500 and ended."""
    containers.wait(make(containers, "counted", "for i in $(seq 500); do echo line $i; done"))
    return "counted"


async def result_of(channel: Conversation, command: str) -> tuple[Json, Json]:
    root, _ = await channel.run(command)
    result = await channel.replied(root, "```")
    return root, result


async def again(channel: Conversation, message: Json) -> Json:
    """The message as it is now."""
    return next(each for each in await channel.messages() if each["ts"] == message["ts"])


async def turned(channel: Conversation, message: Json, label: str) -> Json:
    """Press, and wait until the message has changed."""
    edits = (await again(channel, message))["edited"]
    await channel.press(message, label)
    found: Json = await channel.until(
        lambda all_: next((m for m in all_ if m["ts"] == message["ts"] and m["edited"] > edits), None),
        f"{label} to be shown",
    )
    return found


async def test_a_log_shows_its_end_and_pages_meet_without_a_gap(channel: Conversation, counted: str):
    _, result = await result_of(channel, f"logs {counted}")
    assert body(result)[-1] == "line 500"
    assert labels(result) == ["Older", "Filter", "Save"]

    seen = body(result)
    while "Older" in labels(result):
        result = await turned(channel, result, "Older")
        seen = body(result) + seen

    assert seen == [f"line {number}" for number in range(1, 501)]
    newer = await turned(channel, result, "Newer")
    assert body(newer)[0] == f"line {len(body(result)) + 1}"


async def test_an_inspect_shows_its_start(channel: Conversation, counted: str):
    _, result = await result_of(channel, f"inspect {counted}")

    assert body(result)[0] == "{"
    assert labels(result) == ["Newer", "Filter", "Save"]


async def test_a_long_result_comes_as_a_file_too(channel: Conversation, counted: str):
    root, _ = await channel.run(f"logs {counted}")

    files = [file for message in await channel.thread(root) for file in message["files"]]
    assert (await channel.slack.file(files[0])).decode().splitlines() == [f"line {n}" for n in range(1, 501)]


async def test_a_filter_shows_only_what_matches_and_empty_shows_all_again(channel: Conversation, counted: str):
    _, result = await result_of(channel, f"logs {counted}")

    view = await open_filter(channel, result)
    await channel.slack.post("/_/submit", user="U0ANN", view_id=view["id"], values={"form": {"text": "line 4.7$"}})
    filtered = await channel.until(
        lambda all_: next((m for m in all_ if m["ts"] == result["ts"] and "filter: line 4.7$" in m["text"]), None),
        "the filter",
    )
    assert body(filtered) == [f"line 4{n}7" for n in range(10)]

    view = await open_filter(channel, filtered)
    assert view["blocks"][0]["element"]["initial_value"] == "line 4.7$"
    await channel.slack.post("/_/submit", user="U0ANN", view_id=view["id"], values={"form": {"text": ""}})
    await channel.until(
        lambda all_: [m for m in all_ if m["ts"] == result["ts"] and "of 500" in m["text"]], "all of it"
    )


async def open_filter(channel: Conversation, message: Json) -> Json:
    before = {view["id"] for view in (await channel.slack.state())["views"]}
    await channel.press(message, "Filter")
    for _ in range(200):
        fresh = [view for view in (await channel.slack.state())["views"] if view["id"] not in before]
        if fresh:
            found: Json = fresh[0]
            return found
    raise AssertionError("no modal was opened")


async def test_a_bad_filter_is_one_line_for_the_person_who_typed_it(channel: Conversation, counted: str):
    _, result = await result_of(channel, f"logs {counted}")
    view = await open_filter(channel, result)

    await channel.slack.post("/_/submit", user="U0ANN", view_id=view["id"], values={"form": {"text": "(("}})

    await channel.whispered("is no pattern")


async def test_a_modal_that_slack_refuses_is_told(channel: Conversation, counted: str):
    _, result = await result_of(channel, f"logs {counted}")
    await channel.slack.post("/_/faults", expire_triggers=True)

    await channel.press(result, "Filter")

    await channel.whispered("can't open the filter")


async def test_grep_save_and_again_in_the_thread(channel: Conversation, counted: str):
    root, _ = await channel.run(f"logs {counted}")

    await channel.type("@cdebug grep 'line 49[0-2]'", thread=root["ts"])
    found = await channel.replied(root, "filter: line 49[0-2]")
    assert body(found) == ["line 490", "line 491", "line 492"]

    await channel.type("@cdebug save", thread=root["ts"])
    await channel.until(lambda all_: sum(len(m["files"]) for m in all_) == 2, "the saved file")

    await channel.type("@cdebug again", thread=root["ts"])
    await channel.replied(root, "done: `logs counted`")


async def test_again_asks_the_engine_anew(channel: Conversation, containers: docker.APIClient):
    make(containers, "growing", "echo one; sleep 600")
    root, thread = await channel.run("logs growing")
    assert body(thread[0]) == ["one"]
    containers.remove_container("growing", force=True)
    make(containers, "growing", "echo two; sleep 600")

    await channel.press(root, "Again")

    await channel.until(
        lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"] and "two" in m["text"]], "the new log"
    )


async def test_what_was_kept_is_read_without_the_engine(channel: Conversation, containers: docker.APIClient):
    containers.wait(make(containers, "brief", "for i in $(seq 100); do echo row $i; done"))
    root, result = await result_of(channel, "logs brief")
    containers.remove_container("brief", force=True)

    older = await turned(channel, result, "Older")

    assert "row 60" in body(older)
    await channel.type("@cdebug grep 'row 7$'", thread=root["ts"])
    assert body(await channel.replied(root, "filter: row 7$")) == ["row 7"]


async def test_a_grep_without_a_match_says_so(channel: Conversation, counted: str):
    root, _ = await channel.run(f"logs {counted} --tail 3")

    await channel.type("@cdebug grep nowhere", thread=root["ts"])

    await channel.replied(root, "No line matches `nowhere`.")


async def test_a_table_is_filtered_by_its_rows(channel: Conversation, shop: object):
    root, _ = await channel.run("ps -a")

    await channel.type("@cdebug grep shop/orders", thread=root["ts"])

    found = await channel.replied(root, "filter: shop/orders")
    assert "1 row" in found["text"]
    assert "web" not in found["text"]
