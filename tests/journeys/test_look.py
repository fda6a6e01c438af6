"""Every look verb, typed as a person types it, answered by a real engine, read in its thread."""

from __future__ import annotations

import asyncio
import re

import docker
import pytest

from deploy.demo.faults import Shop
from tests.conftest import new_channel
from tests.harness import BASE, Conversation, body, elements, labels, make

pytestmark = pytest.mark.usefixtures("bot", "shop")


async def test_a_slash_command_opens_a_thread_with_the_real_log(channel: Conversation):
    root, thread = await channel.run("logs checkout --tail 100")

    assert "<@U0ANN>" in root["text"]
    assert "`logs checkout --tail 100`" in root["text"]
    assert "in local" in root["text"]
    assert "lookup db.shop: no such host" in thread[0]["text"]
    assert labels(root) == ["Again"]


async def test_standard_error_is_told_apart_and_secrets_are_hidden(channel: Conversation):
    _, thread = await channel.run("logs checkout")

    lines = body(thread[0])
    assert any(line.startswith("E│ ") and "ERROR" in line for line in lines)
    assert not any(line.startswith("E│ ") and "INFO" in line for line in lines)
    assert "postgres://shop:[redacted]@db.shop" in thread[0]["text"]
    assert "correct-horse" not in str(thread)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ps", ["NAME", "web", "running", "shop/web:1.4"]),
        ("ps -a", ["report", "OOM"]),
        ("docker ps -a", ["orders", "AGE"]),
        ("ps -l com.docker.compose.service=web", ["web"]),
        ("inspect web --path .Config.Image", ["shop/web:1.4"]),
        ("docker inspect --format '{{.State.Running}}' web", ["true"]),
        ("inspect web --path .NetworkSettings.Networks", ['"shop"']),
        ("inspect image/shop/web:1.4 --path .RepoTags", ["shop/web:1.4"]),
        ("inspect network/shop --path .Name", ["shop"]),
        ("describe image/shop/web:1.4", ["names: shop/web:1.4", "command: ", "used by: ", "linux/"]),
        ("describe shop/web:1.4", ["image/shop/web:1.4", "layers"]),
        ("describe report", ["OOM killed", "24.0 MiB", "restarts"]),
        ("describe web", ["health: healthy", "command: sh /app"]),
        ("logs orders --tail 3", ["order"]),
        ("docker logs -n 2 orders", ["2 lines"]),
        ("logs web --tail 3 --timestamps", ["Z 20", "3 lines"]),
        ("logs orders --until 2020-01-01", ["Its log in that part is empty."]),
        ("logs web --since 5m --grep 'GET /product'", ["GET /product"]),
        ("stats web", ["CPU", "MEMORY", "local/shop/web"]),
        ("stats web orders --sort-by memory", ["web", "orders", "2 rows"]),
        ("processes web", ["PID", "httpd"]),
        ("docker top web", ["httpd"]),
        ("events report --since 10m", ["oom", "die", "exit 137"]),
        ("events --since 10m", ["OBJECT", "EVENT"]),
        ("network web", ["shop", "address"]),
        ("network --name shop", ["driver: bridge", "members"]),
        ("images", ["shop/web:1.4", "MiB"]),
        ("images cdebug/busybox:1", ["cdebug/busybox:1"]),
        ("images --catalogue", ["toolbox", "traces, packets, stacks", "nicolaka/netshoot:v0.13", "to pull"]),
        ("inspect shop/web:1.4 --path .RepoTags", ["shop/web:1.4"]),
        ("inspect bridge --path .Driver", ["bridge"]),
        ("logs orders --tail 5 --grep=-nothing", ["No line of its log matches `-nothing`."]),
        ("logs orders --since 1h --grep=-nothing", ["No line of its log in that part matches `-nothing`."]),
        ("events web --since 1m --until 2099-01-01", ["exec_start"]),
        ("diff web", ["A /srv/www/health"]),
    ],
)
async def test_the_look_layer_answers(channel: Conversation, command: str, expected: list[str]):
    _, thread = await channel.run(command)

    said = "\n".join(message["text"] for message in thread)
    assert all(text in said for text in expected), said


async def test_stats_over_a_while_draws_a_chart(channel: Conversation):
    _, thread = await channel.run("stats web orders --for 3s")

    files = [file for message in thread for file in message["files"]]
    assert [file["name"] for file in files] == ["chart.png"]
    png = await channel.slack.file(files[0])
    assert png.startswith(b"\x89PNG")


async def test_a_stopped_container_has_a_log_too(channel: Conversation, containers: docker.APIClient):
    containers.wait(make(containers, "ended", "echo last words; exit 3"))

    _, thread = await channel.run("logs ended")
    _, card = await channel.run("describe ended")

    assert body(thread[0]) == ["last words"]
    assert "exited (3)" in card[0]["text"]


async def test_a_log_that_nobody_keeps_is_said_to_be_none(channel: Conversation, containers: docker.APIClient):
    make(containers, "keeps-no-log", "sleep 600", host={"log_config": {"Type": "none", "Config": {}}})

    _, thread = await channel.run("logs keeps-no-log", "failed")

    assert "its log driver keeps no log that can be read" in thread[0]["text"]
    assert "`attach` shows what it prints from now on" in thread[0]["text"]


async def test_a_container_that_never_started_says_why(channel: Conversation, containers: docker.APIClient):
    made = containers.create_container(BASE, ["no-such-program"], name="never-started", labels={"test": "yes"})
    with pytest.raises(docker.errors.APIError):
        containers.start(made["Id"])

    _, card = await channel.run("describe never-started")
    _, rows = await channel.run("ps never-started")

    assert "created (127), the engine could not start it" in card[0]["text"]
    assert "no-such-program" in card[0]["text"]
    assert "created (127)" in rows[0]["text"]


async def test_a_mention_in_the_thread_needs_no_name(channel: Conversation):
    root, _ = await channel.run("logs web --tail 1")

    await channel.type("@cdebug stats", thread=root["ts"])

    answer = await channel.replied(root, "local/shop/web · 1 row")
    assert "orders" not in answer["text"]
    await channel.replied(root, "done: `stats")


async def test_a_thread_about_a_network_does_not_ask_for_its_stats(channel: Conversation):
    root, _ = await channel.run("network --name shop")

    await channel.type("@cdebug describe", thread=root["ts"])

    await channel.replied(root, "Which target for `describe`?")


async def test_again_repeats_a_pattern_that_begins_with_a_dash(channel: Conversation):
    root, _ = await channel.run("logs orders --grep=-nothing")
    await channel.press(root, "Again")
    await channel.until(
        lambda all_: len([m for m in all_ if "matches `-nothing`" in m["text"]]) == 2, "the second answer"
    )


async def test_stats_of_what_ends_meanwhile_says_so(channel: Conversation, containers: docker.APIClient):
    make(containers, "short-lived", "sleep 1.2")

    _, thread = await channel.run("stats short-lived --for 20s", patience_s=15)

    assert any("short-lived" in message["text"] for message in thread)


async def test_a_mention_in_a_channel_opens_a_thread_of_its_own(channel: Conversation):
    await channel.type("@cdebug ps")

    root = await channel.until(lambda all_: next((m for m in all_ if m["text"].startswith("done: `ps`")), None), "ps")
    assert root["thread_ts"] == ""
    assert "web" in (await channel.thread(root))[0]["text"]


async def test_a_direct_message_is_a_command(channel: Conversation):
    direct = Conversation(channel.slack, "D0ANN")

    await direct.type("logs web --tail 1")

    await direct.until(
        lambda all_: [m for m in all_ if m["text"].startswith("done: `logs web --tail 1`")], "the answer"
    )


async def test_several_matches_become_a_menu_and_the_choice_runs(channel: Conversation, containers: docker.APIClient):
    for number in (1, 2):
        make(containers, f"twin-{number}", f"echo I am {number}; sleep 600")

    root, thread = await channel.run("logs twin")

    assert "2 match" in root["text"]
    menu = elements(thread[0])[0]
    assert [option["text"]["text"].split()[0] for option in menu["options"]] == ["twin-2", "twin-1"]
    assert [option["value"] for option in menu["options"]] == ["0", "1"]
    await channel.as_("U0BOB").choose(thread[0], 1)
    await channel.replied(root, "I am 1")
    assert "by <@U0BOB>" in (await channel.replied(root, "done: `logs local/twin-1`"))["text"]


async def test_no_match_says_what_looks_alike(channel: Conversation):
    root, thread = await channel.run("logs chekout", ends="failed")

    assert "nothing is called `chekout`" in root["text"]
    assert thread[0]["text"].startswith("nothing is called `chekout` in `local`. Did you mean `checkout`")


async def test_a_verb_without_a_name_asks_which_one(channel: Conversation):
    _, thread = await channel.run("describe")

    assert thread[0]["text"].startswith("Which target for `describe`?")
    assert any("web" in option["text"]["text"] for option in elements(thread[0])[0]["options"])


async def test_follow_grows_in_one_message_until_it_is_stopped(channel: Conversation, containers: docker.APIClient):
    make(containers, "ticker", "n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.2; done")
    await channel.type("/cdebug logs ticker -f")
    root = await channel.until(
        lambda all_: next((m for m in all_ if m["text"].startswith("running")), None), "the root"
    )
    assert labels(root) == ["Stop"]

    await channel.until(lambda all_: [m for m in all_ if "tick 12" in m["text"] and m["edited"]], "an edited message")
    await channel.press(root, "Stop")

    await channel.until(
        lambda all_: [m for m in all_ if m["ts"] == root["ts"] and m["text"].startswith("stopped")], "the end"
    )
    results = [m for m in await channel.thread(root) if "tick" in m["text"]]
    assert len(results) == 1
    assert "Save" in labels(results[0])


async def test_stop_in_the_thread_ends_a_run(channel: Conversation):
    await channel.type("/cdebug stats --for 5m")
    root = await channel.until(lambda all_: next((m for m in all_ if "measuring" in m["text"]), None), "the run")

    await channel.type("@cdebug stop", thread=root["ts"])

    await channel.until(
        lambda all_: [m for m in all_ if m["ts"] == root["ts"] and m["text"].startswith("stopped")], "the end"
    )


async def test_two_commands_at_once_answer_each_in_its_own_thread(channel: Conversation):
    await asyncio.gather(channel.type("/cdebug logs web --tail 1"), channel.type("/cdebug logs orders --tail 1"))

    both = await channel.until(
        lambda all_: len(done := [m for m in all_ if m["text"].startswith("done: `logs")]) == 2 and done, "both"
    )
    for root in both:
        name = "web" if "logs web" in root["text"] else "orders"
        assert f"local/shop/{name}" in (await channel.thread(root))[0]["text"]


def test_the_shop_is_real(shop: Shop, containers: docker.APIClient):
    assert {row["Names"][0] for row in containers.containers()} >= {"/web", "/orders", "/pricing"}


async def test_a_follow_says_how_its_container_ended(channel: Conversation, containers: docker.APIClient):
    make(containers, "brief", "echo begun; sleep 4; echo over; exit 3")
    _, thread = await channel.run("logs brief -f")
    text = "\n".join(each["text"] for each in thread)
    assert "over" in text
    assert "`brief` has ended: exit status 3, the program's own status" in text


async def test_a_follow_whose_container_is_removed_says_so(channel: Conversation, containers: docker.APIClient):
    made = make(containers, "doomed", "echo begun; sleep 300")
    await channel.type("/cdebug logs doomed -f")
    await channel.until(lambda all_: [m for m in all_ if "begun" in m["text"] and m["thread_ts"]], "its first line")
    containers.remove_container(made, force=True)
    root = (await channel.messages())[0]
    await channel.ended(root, "done")
    await channel.replied(root, "was deleted. `ps` shows what took its place.")


async def test_an_image_is_found_by_its_registry_and_by_its_digest(channel: Conversation, containers: docker.APIClient):
    (image,) = [it for it in containers.images() if BASE in (it["RepoTags"] or ())]
    for name in ("localhost:5000/shop/base", "registry.example/shop/base", "ghcr.example/base"):
        assert containers.tag(image["Id"], name, "1")
    for command in (
        "inspect localhost:5000/shop/base:1", "inspect registry.example/shop/base:1", "inspect ghcr.example/base:1",
        "inspect local/localhost:5000/shop/base:1", "images localhost:5000/shop/base", f"inspect {image['Id']}",
        f"inspect {image['Id'][:19]}", "docker image inspect registry.example/shop/base:1",
    ):  # fmt: skip
        own = await new_channel(channel.slack)  # Slack takes a message per second in each
        _, thread = await own.run(command)
        text = "\n".join(each["text"] for each in thread)
        assert image["Id"].removeprefix("sha256:")[:12] in text, command
    root, _ = await channel.run("inspect nowhere.example/shop/base:1", "failed")
    assert "nothing is called `nowhere.example/shop/base:1`" in root["text"]
    await channel.type("/cdebug logs my.context/shop/web")
    assert "no such context: `my.context`" in (await channel.whispered("my.context"))["text"]


async def test_health_checks_are_one_row_with_a_count(channel: Conversation, containers: docker.APIClient):
    check = {"test": ["CMD", "true"], "interval": 1_000_000_000, "retries": 1}
    make(containers, "checked", "sleep 300", healthcheck=check)
    await asyncio.sleep(5)
    _, thread = await channel.run("events checked")
    rows = [line for line in body(thread[0]) if "checked" in line]
    assert len([line for line in rows if "exec_create" in line]) == 1
    assert any("exec_die ×" in line for line in rows)
    assert any("start " in line for line in rows)


async def test_labels_are_a_column_where_they_are_wanted(channel: Conversation, containers: docker.APIClient):
    make(containers, "labelled", "sleep 300", labels={"team": "payments"})
    _, thread = await channel.run("ps labelled --show-labels")
    assert "team=payments" in thread[0]["text"]
    await channel.run("ps --field-selector status.phase=Running", "failed")


async def test_what_is_paused_is_measured_and_said_to_be_paused(channel: Conversation, containers: docker.APIClient):
    make(containers, "resting", "sleep 3600")
    containers.pause("resting")
    try:
        _, thread = await channel.run("stats resting")
        text = "\n".join(each["text"] for each in thread)
        assert "MEMORY" in text
        assert "Paused: `resting`." in text
    finally:
        containers.unpause("resting")


async def test_a_container_whose_tag_moved_is_shown_by_the_name_it_was_started_by(
    channel: Conversation, containers: docker.APIClient
):
    containers.tag(BASE, "moving", "1")
    made = containers.create_container("moving:1", ["sleep", "3600"], name="left-behind", labels={"test": "moved"})
    containers.start(made["Id"])
    containers.commit("left-behind", "moving", "1")

    for command in ("ps left-behind", "describe left-behind"):
        _, thread = await channel.run(command)
        assert "moving:1 (no longer its name: this is " in thread[0]["text"]
        assert "sha256:" not in thread[0]["text"].partition("digest")[0]


async def test_events_of_a_removed_container_are_still_told(channel: Conversation, containers: docker.APIClient):
    make(containers, "victim", "exit 3", labels={"note": "was here"})
    make(containers, "victim-2", "sleep 300")
    containers.wait("victim", timeout=10)
    containers.remove_container("victim")
    for command in ("events victim", "events"):
        _, thread = await channel.run(command)
        text = "\n".join(each["text"] for each in thread)
        rows = [line for line in body(thread[0]) if re.search(r"\bvictim\b(?!-)", line)]
        assert any("exit 3" in row for row in rows), text
        assert any("destroy" in row for row in rows), text
        assert ("victim-2" in text) == (command == "events")
    root, _ = await channel.run("events victin", "failed")
    assert "nothing is called `victin`" in root["text"]
    root, _ = await channel.run("events -l note=nowhere", "failed")
    assert "nothing is called `-l note=nowhere`" in root["text"]
