"""A debug container in a pod, asked for, approved and used as people do it, on a real cluster."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator

import pytest
import yaml

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import ROOT, Conversation, Json, approved, asked, labels

pytestmark = pytest.mark.usefixtures("cluster_toolbox")

STRICT = (ROOT / "deploy/demo/guarded.yaml").read_text()


@pytest.fixture(scope="module")
def guarded(cluster: Administered) -> Iterator[str]:
    """A namespace of the strictest level, with a pod of an ordinary user, without a shell, that is read-only."""
    with applied(cluster, STRICT):
        cluster.run_kubectl("wait", "--for=condition=Ready", "pod/ordinary", "--namespace", "guarded", "--timeout=60s")
        yield "guarded"


def ephemeral(cluster: Administered, pod: str, namespace: str = "shop") -> list[Json]:
    seen = yaml.safe_load(cluster.run_kubectl("get", "pod", pod, "--namespace", namespace, "-o", "yaml"))
    return list(seen["spec"].get("ephemeralContainers") or ())


async def test_it_sees_the_files_and_processes_of_a_container_without_a_shell(shop_channel: Conversation):
    text = await approved(shop_channel, "debug bare -- sh -c 'ls $TARGET_ROOT/bin; echo $TARGET_ROOT; ps -ef; id -u'")
    assert "sleep 86400" in text
    assert "/proc/1/root\n" in text
    assert "exit status 0" in text


async def test_a_second_command_uses_the_same_one(shop_channel: Conversation, cluster: Administered):
    await approved(shop_channel, "debug plain -- true")
    await approved(shop_channel, "debug plain -- id")
    assert len(ephemeral(cluster, "plain")) == 1


async def test_in_the_strictest_namespace_it_runs_as_the_target_and_reads_its_files(
    shop_channel: Conversation, guarded: str, cluster: Administered
):
    text = await approved(
        shop_channel, f"debug {guarded}/ordinary -- sh -c 'id -u; cat /proc/1/root/etc/part /etc/app/port; env | wc -l'"
    )
    assert "1000\n" in text
    assert text.count("8080") == 2
    (made,) = ephemeral(cluster, "ordinary", guarded)
    assert made["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert made["targetContainerName"] == "app"


async def test_it_has_the_targets_variables_where_that_is_asked_for(shop_channel: Conversation):
    text = await approved(shop_channel, "debug web --env-from-target -- sh -c 'echo $LOG_LEVEL $MODE ${#DB_PASSWORD}'")
    assert "info careful 19" in text
    assert "3 variables of the target's" in text
    assert "hunter2" not in text


async def test_the_card_says_what_it_gets_what_it_can_not_have_and_that_it_stays(
    shop_channel: Conversation, guarded: str
):
    _, card = await asked(shop_channel, f"debug {guarded}/ordinary --reason 'it hangs'")
    shown = str(card["blocks"])
    for said in (
        "user, without capabilities", "1 become readable", "volume settings", "subPath",
        "service account", "can't be removed from its pod", "after 30m",
    ):  # fmt: skip
        assert said in shown, shown


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("debug guarded/ordinary --profile general", "PodSecurity.*enforces a Pod Security level"),
        ("debug guarded/ordinary --profile sysadmin", "privileged"),
        ("debug migrate", "its pod has completed: nothing is started in it any more"),
        ("debug catalog", "there is no process to stand beside"),
        ("debug bare --target nosuch", "no container is called `nosuch` in"),
        ("kubectl debug node/anything -it --image=busybox", "can't debug a node here"),
        ("kubectl debug bare -it --copy-to=x --image=busybox", "cdebug makes no copies"),
    ],
)
async def test_what_cant_be_done_is_said_before_anybody_is_asked(
    shop_channel: Conversation, guarded: str, command: str, says: str
):
    await shop_channel.type(f"/cdebug {command}")
    await shop_channel.until(lambda all_: re.search(says, str(all_), re.DOTALL), says)


async def test_who_may_not_add_one_is_refused_by_the_cluster_itself(shop_channel: Conversation, cluster: Administered):
    before = ephemeral(cluster, "pair")
    root, _ = await shop_channel.as_("U0BOB").run("debug pair -- id", ends="failed")
    assert "bob@example.com" in root["text"]
    assert "ephemeralcontainers" in root["text"]
    assert ephemeral(cluster, "pair") == before


async def test_a_pasted_line_opens_a_shell_beside_the_container_that_it_names(shop_channel: Conversation):
    root, card = await asked(shop_channel, "kubectl debug -it pair --image=cdebug-toolbox:latest --target=proxy -- sh")
    await shop_channel.as_("U0BOB").press(card, "Approve")
    await shop_channel.replied(root, "is open")
    await shop_channel.type("$ tr '\\0' ' ' < /proc/1/cmdline", thread=root["ts"])
    await shop_channel.replied(root, "echo from proxy")
    await shop_channel.type("$ exit", thread=root["ts"])
    await shop_channel.ended(root, "done")


async def test_an_image_that_can_not_be_pulled_is_told_with_the_clusters_words(shop_channel: Conversation):
    root, card = await asked(shop_channel, "debug queue --image registry.invalid/tools:1 -- id")
    assert "doesn't list the image" in str(card["blocks"])
    await shop_channel.as_("U0BOB").press(card, "Approve")
    root = await shop_channel.ended(root, "failed", patience_s=60)
    assert "ErrImagePull" in root["text"]


async def test_clean_ends_it_and_lists_it_no_more(shop_channel: Conversation, cluster: Administered):
    await approved(shop_channel, "debug agent -- true")
    await shop_channel.type("/cdebug clean")
    said = await shop_channel.whispered("cluster/shop/agent-")
    name = re.findall(r"cluster/shop/(agent-[^`]*)`", said["text"])[0]

    await shop_channel.type(f"/cdebug clean {name}")

    await shop_channel.whispered("1 removed.")
    pod, _, container = name.partition(":")
    seen = yaml.safe_load(cluster.run_kubectl("get", "pod", pod, "--namespace", "shop", "-o", "yaml"))
    ended = [it["state"] for it in seen["status"]["ephemeralContainerStatuses"] if it["name"] == container]
    assert "terminated" in ended[0]


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("cat bare /etc/hosts", "127.0.0.1"),
        ("ls bare /bin", "sleep"),
        ("exec bare -- id -u", "0"),
        ("processes bare", "sleep 86400"),
    ],
)
async def test_what_has_no_shell_offers_the_same_from_beside(shop_channel: Conversation, command: str, shows: str):
    root, _ = await shop_channel.run(command, ends="failed")
    assert labels(root) == ["Again", "Use debug"]

    await shop_channel.press(root, "Use debug")
    card = await shop_channel.until(
        lambda all_: next((m for m in all_ if m["thread_ts"] == root["ts"] and "Approve" in labels(m)), None), "a card"
    )
    await shop_channel.as_("U0BOB").press(card, "Approve")

    await shop_channel.replied(root, shows)
    await shop_channel.replied(root, "exit status 0")


async def test_what_cant_be_copied_for_want_of_a_shell_is_copied_from_beside(shop_channel: Conversation):
    root, _ = await shop_channel.run("cp bare:/etc/hosts", ends="failed")
    await shop_channel.press(root, "Use debug")
    card = await shop_channel.until(
        lambda all_: next((m for m in all_ if m["thread_ts"] == root["ts"] and "Approve" in labels(m)), None), "a card"
    )
    await shop_channel.as_("U0BOB").press(card, "Approve")

    file = await shop_channel.until(
        lambda all_: next((file for m in all_ if m["thread_ts"] == root["ts"] for file in m["files"]), None), "a file"
    )

    with tarfile.open(fileobj=io.BytesIO(await shop_channel.slack.file(file))) as tar:
        assert tar.getnames() == ["etc/hosts"]
