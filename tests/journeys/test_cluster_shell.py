"""The shell layer on a real cluster."""

from __future__ import annotations

import asyncio
import io
import re
import tarfile

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import Conversation, Json, asked
from tests.journeys.test_cluster_look import said


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("exec web -- echo 'a  b' '$HOME' '*'", ["a  b \\$HOME \\*", "On pod `web-", "container `web`"]),
        ("kubectl exec pair -c proxy -- hostname", ["^pair$"]),
        ("exec pair -- sh -c 'echo out; echo err >&2; exit 42'", ["^out$", "E│ err", "exit status 42"]),
        ("exec pair -e A=1 -e 'B=x y' -- sh -c 'echo $A-$B'", ["1-x y"]),
        ("exec pair -- sh -c 'cat; echo end' ```\none & two\nthree```", ["one &amp; two", "^threeend$"]),
        ("ls web /srv", ["config.yaml", "logs"]),
        ("kubectl exec pair -- ls /bin/busybox", ["/bin/busybox"]),
        ("cat web /srv/config.yaml", ["name: web"]),
        ("cat plain /app/a.txt", ["^a$"]),
        ("cat pair /proc/1/comm", ["^sh$"]),
        ("http web:8080/health", ["status: 200 OK", "first byte: ", "^ok$"]),
        ("http deploy/web:8080/nowhere", ["404"]),
        ("http pair:9/x", ["nothing listens on that port"]),
    ],
)
async def test_what_it_answers(shop_channel: Conversation, command: str, shows: list[str]):
    _, text = await said(shop_channel, command, ends=("done", "failed"))
    for pattern in shows:
        assert re.search(pattern, text, re.MULTILINE), f"{pattern!r} is not in\n{text}"


async def files(channel: Conversation, command: str) -> tuple[str, bytes]:
    _, thread = await channel.run(command)
    file = next(file for each in thread for file in each["files"])
    return file["name"], await channel.slack.file(file)


@pytest.mark.parametrize(
    ("command", "members"),
    [
        ("kubectl cp shop/web:/srv/logs ./logs", {"logs", "logs/error.log"}),
        ("cp plain:/app", {"app", "app/a.txt", "app/logs/b.txt"}),
    ],
)
async def test_a_folder_comes_along_with_tar_and_without(shop_channel: Conversation, command: str, members: set[str]):
    name, data = await files(shop_channel, command)
    assert name.endswith(".tar.gz")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert members <= {member.name for member in archive}


LOCKED = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop}}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {{runAsUser: 0}}
  containers:
    - name: app
      image: "cdebug/busybox:1"
      securityContext: {{capabilities: {{drop: [ALL]}}}}
      command: [sh, -c, "{rid}; mkdir -p /app/shut /app/none; cd /app; echo a > a; echo b > b; ln -s a c; \
        chmod 000 b; echo d > shut/d; chmod 000 shut; exec sleep 86400"]
"""


@pytest.mark.parametrize(("name", "rid"), [("locked", "true"), ("locked-plain", "rm -f /bin/tar /usr/bin/tar")])
async def test_what_cant_be_read_is_named_and_the_rest_comes(
    shop_channel: Conversation, cluster: Administered, name: str, rid: str
):
    with applied(cluster, LOCKED.format(name=name, rid=rid)):
        cluster.run_kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--namespace", "shop", "--timeout=60s")

        _, thread = await shop_channel.run(f"cp {name}:/app")
        text = "\n".join(each["text"] for each in thread)
        assert re.search("Not read, or not whole: .*b.*Permission denied", text)
        assert "shut" in text
        file = next(file for each in thread for file in each["files"])
        with tarfile.open(fileobj=io.BytesIO(await shop_channel.slack.file(file))) as archive:
            assert "app/a" in archive.getnames()
            assert not {"app/b", "app/shut/d"} & set(archive.getnames())

        _, text = await said(shop_channel, f"cp {name}:/app/shut", ends="failed")
        assert re.search("cannot read `/app/shut` in `cluster/shop/\\S+: .*Permission denied", text)
        _, text = await said(shop_channel, f"cp {name}:/app/b", ends="failed")
        assert re.search("cannot read `/app/b` in `cluster/shop/.*Permission denied", text)
        _, text = await said(shop_channel, f"cp {name}:/app/none")
        assert "`/app/none` is empty" in text
    assert (await files(shop_channel, "cp pair:/proc/1/comm")) == ("comm", b"sh\n")


async def test_a_file_comes_along_to_the_byte(shop_channel: Conversation):
    name, data = await files(shop_channel, "cp plain:/app/a.txt")
    assert (name, data) == ("a.txt", b"a\n")


async def test_a_shell_lasts_from_line_to_line(shop_channel: Conversation):
    await shop_channel.type("/cdebug sh pair")
    root = await shop_channel.until(
        lambda all_: next((m for m in all_ if not m["thread_ts"] and m["text"].startswith("running")), None), "the root"
    )
    await shop_channel.replied(root, "is open")
    for line, answer in (("$ cd /etc", ""), ("$ X=7", ""), ("$ pwd; echo $X", "/etc\n7"), ("$ exit", "")):
        await shop_channel.type(line, thread=root["ts"])
        if answer:
            await shop_channel.replied(root, answer)
    await shop_channel.ended(root, "done")


async def test_attach_shows_what_is_printed_from_now_on(shop_channel: Conversation):
    await shop_channel.type("/cdebug attach pair -c proxy")
    root = await shop_channel.until(
        lambda all_: next((m for m in all_ if not m["thread_ts"] and m["text"].startswith("running")), None), "the root"
    )
    await shop_channel.replied(root, "from proxy")
    await shop_channel.press(root, "Stop")
    await shop_channel.ended(root, "stopped")


async def test_binary_output_is_the_same_bytes(shop_channel: Conversation):
    _, text = await said(shop_channel, "exec pair -- sh -c 'head -c 3000000 /dev/zero | md5sum'")
    assert "exit status 0" in text
    _, data = await files(shop_channel.as_("U0ANN"), "cp pair:/bin/busybox")
    assert data.startswith(b"\x7fELF")
    assert len(data) > 500_000


async def test_long_output_comes_whole_also_where_the_cluster_is_done_first(shop_channel: Conversation):
    """The connection ends while much of what it brought is unread: an event loop may throw that away."""
    for _ in range(3):
        root, thread = await shop_channel.run("exec pair -- seq 1 400000")
        assert "exit status 0" in root["text"]
        assert any("of 400,000 · exit status 0" in each["text"] for each in thread)


async def test_what_is_protected_by_its_namespace_needs_a_second_person(shop_channel: Conversation):
    root, card = await asked(shop_channel, 'exec vault/ledger --reason "the ledger is late" -- echo inside')
    assert "vault" in card["text"]
    await shop_channel.as_("U0BOB").press(card, "Approve")
    ended: Json = await shop_channel.ended(root, "done", "failed", "denied")
    assert "exit status 0" in ended["text"]


async def test_a_stopped_command_is_ended_in_the_pod(shop_channel: Conversation):
    await shop_channel.type("/cdebug exec pair -- sleep 4242")
    root = await shop_channel.until(
        lambda all_: next((m for m in all_ if not m["thread_ts"] and m["text"].startswith("running")), None), "the root"
    )
    await asyncio.sleep(1)  # it has no output by which its start could be seen
    await shop_channel.press(root, "Stop")
    await shop_channel.replied(root, "`sleep` was still running, and was ended.")
    _, text = await said(shop_channel, "exec pair -- ps")
    assert "sleep 4242" not in text
