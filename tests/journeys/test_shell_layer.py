"""The shell layer, typed as people type it, on a real engine."""

from __future__ import annotations

import gzip
import io
import os
import shlex
import tarfile

import docker
import pytest

from tests.harness import Conversation, Json, Slack, body, labels, make

pytestmark = pytest.mark.usefixtures("bot")
SETUP = r"""
mkdir -p /app/logs /app/sub; cd /app
printf 'name: box\npassword: hunter22\n' > config.yaml; echo one > logs/error.log; ln -s /etc/passwd outside
ln -s config.yaml inside; printf '\211PNG\000\000' > picture.png; : > empty; ln -s loop loop; mkfifo pipe
while true; do echo tick; sleep 0.5; done
"""


@pytest.fixture(scope="module")
def box(containers: docker.APIClient) -> str:
    make(containers, "box", SETUP)
    return "box"


@pytest.fixture(scope="module")
def stopped(containers: docker.APIClient) -> str:
    containers.wait(make(containers, "stopped", "mkdir -p /app; echo kept > /app/a.txt; exit 3"))
    return "stopped"


async def said(channel: Conversation, command: str, ends: str = "done") -> tuple[Json, str]:
    """Run it; its root, and all that its thread says."""
    root, _ = await channel.run(command, ends)
    await channel.until(lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"]], "an answer")
    return root, "\n".join(each["text"] for each in await channel.thread(root))


async def test_exec_runs_argv_as_a_list_and_says_how_it_ended(channel: Conversation, box: str):
    root, text = await said(channel, "exec box -- echo 'a  b' '$HOME' '*'")
    assert "a  b $HOME *" in text
    assert "exit status 0" in root["text"]


async def test_both_streams_and_the_status_are_told_apart(channel: Conversation, box: str):
    root, text = await said(channel, "exec box -- sh -c 'echo out; echo err >&2; exit 42'")
    assert {"out", "E│ err"} <= set(text.splitlines())
    assert "exit status 42" in root["text"]
    assert "exit status 42: the program's own status" in text


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("exec box --user 1000 -- id -u", "1000"),
        ("exec box -w /app -- pwd", "/app"),
        ("exec box -e A=1 -e B='x y' -- sh -c 'echo $A-$B'", "1-x y"),
        ("docker exec -it box ls /app/logs", "error.log"),
        ("kubectl exec box -- cat /app/logs/error.log", "one"),
        ("exec box -- nope", "exit status 127: the command was not found"),
        ("exec box -w /nowhere -- pwd", "exit status"),
        ("ls box /app", "config.yaml"),
        ("ls box:/app/logs", "error.log"),
        ("cat box /app/logs/error.log", "one"),
        ("cat box /app/inside", "name: box"),
        ("cat box /app/empty", "It is empty"),
        ("cat box /proc/1/comm", "sh"),
    ],
)
async def test_what_it_answers(channel: Conversation, box: str, command: str, shows: str):
    _, text = await said(channel, command)
    assert shows in text


async def test_a_code_block_is_standard_input(channel: Conversation, box: str):
    _, text = await said(channel, "exec box -- sh -c 'cat; echo end' ```\none & two\nthree```")
    assert "one &amp; two\nthree" in text
    assert "end" in text


@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("sh -c 'echo first; sleep 300'", "sleep 300"),
        ("yes first", "yes first"),
        ("""sh -c 'trap "" TERM; echo first; while :; do sleep 301; done'""", "sleep 301"),
        ("sh -c 'sleep 302 & echo first; wait'", "sleep 302"),
    ],
)
async def test_stop_ends_what_runs_and_says_so(channel: Conversation, box: str, command: str, left: str):
    await channel.type(f"/cdebug exec box -- {command}")
    await channel.until(lambda all_: [m for m in all_ if "first" in m["text"] and m["thread_ts"]], "what it said")
    root = (await channel.messages())[0]

    await channel.press(root, "Stop")

    await channel.ended(root, "stopped")
    await channel.replied(root, "was still running, and was ended")
    _, processes = await said(channel, "processes box")
    assert left not in processes


async def test_a_line_that_was_never_ended_is_shown_when_it_is_stopped(channel: Conversation, box: str):
    await channel.type("/cdebug exec box -- sh -c 'echo one; printf \"Password: \"; sleep 300'")
    await channel.until(lambda all_: [m for m in all_ if "one" in m["text"] and m["thread_ts"]], "what it said")
    root = (await channel.messages())[0]
    await channel.press(root, "Stop")
    await channel.ended(root, "stopped")
    await channel.replied(root, "one\nPassword: \n```")

    _, text = await said(channel, "exec box --timeout 1s -- sh -c 'printf \"Continue? \"; sleep 300'")
    assert "Continue? \n```" in text


async def test_where_no_shell_can_end_it_that_is_said(channel: Conversation, containers: docker.APIClient):
    make(containers, "bare", "mv /bin/sh /bin/hidden; while :; do sleep 1; done")
    _, text = await said(channel, "exec bare --timeout 1s -- sleep 200")
    assert "longer than 1.0s" in text
    mark = text.partition("kill bare --run ")[2].split("`")[0]

    await said(channel, "exec bare -- mv /bin/hidden /bin/sh")
    _, text = await said(channel, f"kill bare --run {mark}")
    assert "1 process was sent SIGTERM" in text
    _, processes = await said(channel, "processes bare")
    assert "sleep 200" not in processes


async def test_what_takes_too_long_is_ended(channel: Conversation, box: str):
    _, text = await said(channel, "exec box --timeout 1s -- sleep 200")
    assert "It took longer than 1.0s. `sleep` was still running, and was ended." in text
    _, processes = await said(channel, "processes box")
    assert "sleep 200" not in processes


async def test_a_file_without_an_end_is_shown_as_far_as_a_file_may_be_long(channel: Conversation, box: str):
    _, text = await said(channel, "cat box /dev/zero")
    assert "It is longer than 50.0 MiB. `cat` was still running, and was ended." in text


async def test_editing_is_advised_against_and_done(channel: Conversation, box: str):
    _, text = await said(channel, "exec box -- sh -c 'echo x > /tmp/edited; cat /tmp/edited'")
    assert "lost when it restarts" in text
    assert "\nx\n" in text


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("exec stopped -- id", "it is exited"),
        ("sh stopped", "it is exited"),
        ("attach stopped", "it is not running"),
        ("cat box /nowhere/x", "exit status 1"),
        ("cat box /app", "a folder is at"),
        ("cp box:/app/loop", "symbolic links form a loop at `/app/loop`. Name the file itself."),
        ("cat box /app/loop", "symbolic links form a loop at `/app/loop`. Name the file itself."),
        ("cp box:/app/pipe", "no file and no folder, but a device, a pipe or a socket is at `/app/pipe`"),
        ("cp box:/dev/null", "no file and no folder, but a device, a pipe or a socket is at `/dev/null`"),
        ("cp box:/app/empty/x", "nothing is at `/app/empty/x`"),
        ("cp box:/nowhere", "nothing is at `/nowhere`"),
    ],
)
async def test_what_cant_be_done_is_one_line(channel: Conversation, box: str, stopped: str, command: str, shows: str):
    ends = "done" if "exit status" in shows else "failed"
    _, text = await said(channel, command, ends)
    assert shows in text


async def test_files_of_a_stopped_container_are_read(channel: Conversation, stopped: str):
    _, listed = await said(channel, "ls stopped /app")
    assert "a.txt" in listed
    _, text = await said(channel, "cat stopped /app/a.txt")
    assert "kept" in text


async def files(channel: Conversation, root: Json) -> dict[str, bytes]:
    listed = [file for message in await channel.thread(root) for file in message["files"]]
    return {file["name"]: await channel.slack.file(file) for file in listed}


async def test_a_file_is_copied_out_redacted(channel: Conversation, box: str):
    root, _ = await said(channel, "docker cp box:/app/config.yaml ./here")
    assert await files(channel, root) == {"config.yaml": b"name: box\npassword: [redacted]\n"}
    await channel.replied(root, "1 secret was hidden")


async def test_a_folder_is_an_archive_without_what_leads_outside(channel: Conversation, box: str):
    root, _ = await said(channel, "cp box:/app")
    found = await files(channel, root)
    with tarfile.open(fileobj=io.BytesIO(found["app.tar.gz"]), mode="r:gz") as archive:
        names = archive.getnames()
        config = archive.extractfile("app/config.yaml")
        assert config is not None
        assert b"hunter22" not in config.read()
    assert "app/outside" not in names
    assert "app/inside" in names
    await channel.replied(root, "`app/outside`")
    await channel.replied(root, "Not scanned for secrets, because it is not text: `app/picture.png`")


PLACES = r"""
echo kept > /cache/kept; echo held > /data/held; mkdir -p /app/plain /app/none; echo a > /app/plain/a
echo t > /app/tmp/t; ln -s /cache /app/link; cd /app/plain
printf 1 > "$(printf 'a\377')"; printf 2 > "$(printf 'a\376')"; sleep 3600
"""


@pytest.fixture(scope="module", params=["with", "without"])
def places(containers: docker.APIClient, request: pytest.FixtureRequest) -> str:
    """Memory, a volume and the disk, in a container that has tar, and in one that has not."""
    name = f"places-{request.param}-tar"
    rid = "" if request.param == "with" else "rm -f /bin/tar /usr/bin/tar;"
    make(
        containers, name, rid + PLACES, volumes=["/data"],
        host={"tmpfs": {"/cache": "", "/app/tmp": ""}, "binds": [f"{name}:/data"]},
    )  # fmt: skip
    return name


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("/cache", {"cache/kept": b"kept\n"}),
        ("/app/link/", {"cache/kept": b"kept\n"}),
        ("/data", {"data/held": b"held\n"}),
        ("/app", {"app/plain/a": b"a\n", "app/tmp/t": b"t\n"}),
        ("/app/plain", {os.fsdecode(b"plain/a\xff"): b"1", os.fsdecode(b"plain/a\xfe"): b"2"}),
    ],
)
async def test_a_folder_comes_whole_wherever_it_is_kept(
    channel: Conversation, places: str, path: str, members: dict[str, bytes]
):
    root, _ = await said(channel, f"cp {places}:{path}")
    (data,) = (await files(channel, root)).values()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {it.name: archive.extractfile(it) for it in archive if it.isreg()}
        assert {name: file.read() for name, file in found.items() if file}.items() >= members.items()


@pytest.mark.parametrize(
    ("path", "name", "content"),
    [("/cache/kept", "kept", b"kept\n"), ("/proc/1/comm", "comm", b"sh\n"), ("/app/link/kept", "kept", b"kept\n")],
)
async def test_a_file_comes_whole_wherever_it_is_kept(
    channel: Conversation, places: str, path: str, name: str, content: bytes
):
    root, _ = await said(channel, f"cp {places}:{path}")
    assert await files(channel, root) == {name: content}


async def test_what_only_its_programs_see_is_named_where_it_has_none(
    channel: Conversation, containers: docker.APIClient
):
    make(
        containers, "mute", "echo a > /app/a; mv /bin/sh /bin/hidden; rm /bin/tar; while :; do sleep 1; done",
        host={"tmpfs": {"/cache": "", "/app/tmp": ""}},
    )  # fmt: skip
    _, text = await said(channel, "cp mute:/cache", "failed")
    assert "cannot read `/cache` in `local/mute`: /cache: in memory, where only programs in the container see" in text
    root, text = await said(channel, "cp mute:/app")
    assert "Not read, or not whole: `/app/tmp: in memory" in text
    assert await files(channel, root)


async def test_an_empty_folder_is_said_to_be_empty(channel: Conversation, places: str):
    root, text = await said(channel, f"cp {places}:/app/none")
    assert "`/app/none` is empty: there is nothing to copy." in text
    assert not await files(channel, root)


async def test_a_binary_comes_as_a_file(channel: Conversation, box: str):
    root, _ = await said(channel, "cat box /app/picture.png")
    assert await files(channel, root) == {"picture.png": b"\x89PNG\0\0"}


async def test_attach_shows_what_comes_from_now_on(channel: Conversation, box: str):
    await channel.type("/cdebug attach box")
    await channel.until(lambda all_: [m for m in all_ if " so far" in m["text"]], "some ticks")
    root = (await channel.messages())[0]
    await channel.press(root, "Stop")
    await channel.ended(root, "stopped")


@pytest.mark.parametrize(
    ("script", "shows"),
    [
        ("printf 'Overwrite? [y/N] '; sleep 60", ["Overwrite? [y/N]"]),
        ("echo begun; printf 'Overwrite? [y/N] ' >&2; sleep 60", ["begun", "E│ Overwrite? [y/N]"]),
        ("n=0; while :; do n=$((n+1)); printf '\\r%s of many' $n; sleep 0.2; done", ["␍ ", "of many"]),
        ("printf 'password=hunter2-and-more'; sleep 60", ["password=[redacted"]),
        ("echo -----BEGIN PRIVATE KEY-----; printf MIIEvQIBADANBgkqhkiG9w0BAQEFAASC; sleep 60", ["[redacted]"]),
    ],
)
async def test_a_line_without_an_end_is_shown_while_its_program_waits(
    channel: Conversation, box: str, script: str, shows: list[str]
):
    await channel.type(f"/cdebug exec box -- sh -c {shlex.quote(script)}")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")

    def shown(all_: list[Json]) -> bool:
        return any(all(text in m["text"] for text in shows) for m in all_ if m["thread_ts"])

    await channel.until(shown, f"{shows}")
    await channel.press(root, "Stop")
    await channel.ended(root, "stopped")
    assert shown(await channel.messages())
    everything = str(await channel.messages())
    assert "hunter2-and-more" not in everything.replace(script, "")
    assert "MIIEvQ" not in "".join(m["text"] for m in await channel.thread(root))


@pytest.mark.parametrize(
    "script",
    [
        """printf '{"value": "hunter2hunter", '; sleep 5; printf '"name": "DB_PASSWORD"}\\n'""",
        """printf 'connecting to https://ann:hunter2hunter'; sleep 5; printf '@host/\\n'""",
    ],
)
async def test_a_line_is_not_shown_before_what_tells_of_its_secret(channel: Conversation, box: str, script: str):
    await channel.type(f"/cdebug exec box -- sh -c {shlex.quote(script)}")
    seen = ""

    def done(all_: list[Json]) -> bool:
        nonlocal seen
        seen += "".join(m["text"] for m in all_ if m["thread_ts"])
        return any(m["text"].startswith("done") for m in all_)

    await channel.until(done, "the end")
    assert "[redacted]" in seen
    assert "hunter2hunter" not in seen


async def test_what_a_command_asks_is_there_when_its_time_is_over(channel: Conversation, box: str):
    _, thread = await channel.run("exec box --timeout 1s -- sh -c 'printf Really?; sleep 60'")
    text = "\n".join(m["text"] for m in thread)
    assert "Really?" in text
    assert "It took longer than 1.0s." in text


@pytest.mark.parametrize("program", ["yes", "cat /dev/zero"])
async def test_what_floods_is_ended_in_time_and_that_is_said(channel: Conversation, box: str, program: str):
    _, text = await said(channel, f"exec box --timeout 1s -- {program}")
    assert f"It took longer than 1.0s. `{program.partition(' ')[0]}` was still running, and was ended." in text


async def test_attach_shows_a_prompt(channel: Conversation, containers: docker.APIClient):
    make(containers, "asks", "sleep 3; printf 'Who goes there? '; sleep 300", tty=True)
    await channel.type("/cdebug attach asks")
    await channel.until(lambda all_: [m for m in all_ if "Who goes there?" in m["text"]], "the prompt")
    root = (await channel.messages())[0]
    await channel.press(root, "Stop")
    await channel.ended(root, "stopped")
    containers.remove_container("asks", force=True)


async def test_the_output_of_a_binary_program_is_a_file_of_its_bytes(channel: Conversation, box: str):
    _, thread = await channel.run("exec box -- sh -c 'echo beside >&2; gzip -c /app/picture.png'")
    (file,) = [it for m in thread for it in m["files"]]
    assert file["name"] == "output.bin"
    assert gzip.decompress(await channel.slack.file(file)) == b"\x89PNG\0\0"
    text = "\n".join(m["text"] for m in thread)
    assert "E│ beside" in text
    assert "Not scanned for secrets, because it is not text: `output.bin`." in text
    assert "exit status 0" in text


@pytest.mark.parametrize("command", ["tar c config.yaml picture.png", "tar cz config.yaml picture.png"])
async def test_an_archive_that_a_program_writes_is_scanned(channel: Conversation, box: str, command: str):
    _, thread = await channel.run(f"exec box --workdir /app -- {command}")
    (file,) = [it for m in thread for it in m["files"]]
    with tarfile.open(fileobj=io.BytesIO(await channel.slack.file(file))) as tar:
        shown = {it.name: tar.extractfile(it).read() for it in tar.getmembers()}  # type: ignore[union-attr]
    assert shown["picture.png"] == b"\x89PNG\0\0"
    assert b"hunter22" not in shown["config.yaml"]
    assert b"name: box" in shown["config.yaml"]


async def test_words_with_a_nul_behind_each_are_text(channel: Conversation, box: str):
    _, thread = await channel.run("exec box --env A_TOKEN=s3cretvalue99 -- cat /proc/self/environ")
    text = "\n".join(m["text"] for m in thread)
    assert "PATH=/" in text
    assert "s3cretvalue99" not in text
    assert not [it for m in thread for it in m["files"]]


async def test_more_than_a_file_may_have_is_counted_and_not_kept(channel: Conversation, box: str):
    _, thread = await channel.run("exec box -- head -c 60000000 /dev/zero")
    text = "\n".join(m["text"] for m in thread)
    assert "It wrote 57.2 MiB of binary data: a file here may have at most 50.0 MiB." in text
    assert "exit status 0" in text


# ---- sh


@pytest.fixture
async def shell(channel: Conversation, box: str) -> Json:
    """The root of a thread that is a shell."""
    await channel.type("/cdebug sh box")
    root: Json = await channel.until(lambda all_: next((m for m in all_ if not m["thread_ts"]), None), "the root")
    await channel.replied(root, "is open")
    return root


def _answers(message: Json, root: Json) -> bool:
    return bool(message["thread_ts"] == root["ts"] and message["user"] == "U0CDEBUG")


async def line(channel: Conversation, shell: Json, text: str, shows: str) -> Json:
    seen = {each["ts"] for each in await channel.thread(shell)}
    await channel.type(f"$ {text}", thread=shell["ts"])
    found: Json = await channel.until(
        lambda all_: next((m for m in all_ if _answers(m, shell) and m["ts"] not in seen and shows in m["text"]), None),
        f"{text!r} to show {shows!r}",
    )
    return found


async def test_a_thread_is_a_shell_in_which_cd_and_variables_last(channel: Conversation, shell: Json):
    assert {"Stop", "Ctrl-C"} <= set(labels(shell))
    await line(channel, shell, "cd /app; X='a b'", "exit status 0")
    result = await line(channel, shell, 'pwd; echo "$X"', "a b")
    assert body(result) == ["/app", "a b"]
    await line(channel, shell, "false", "exit status 1")
    await line(channel, shell, "sh -c 'exit 9'", "exit status 9")
    await channel.type("$ exit", thread=shell["ts"])
    await channel.ended(shell, "done")


async def test_ctrl_c_ends_the_line_and_not_the_shell(channel: Conversation, shell: Json):
    await channel.type("$ sleep 300", thread=shell["ts"])
    await channel.type("$ echo typed ahead", thread=shell["ts"])
    await channel.press(await channel.now(shell), "Ctrl-C")
    await channel.replied(shell, "exit status 130")
    await line(channel, shell, "echo here", "here")


async def test_a_program_reads_the_lines_that_follow(channel: Conversation, shell: Json):
    await channel.type('$ read name; echo "hello $name"', thread=shell["ts"])
    await line(channel, shell, "ann", "hello ann")
    await channel.type('$ printf "Your name, please: "; read name; echo "welcome $name"', thread=shell["ts"])
    await channel.replied(shell, "Your name, please:")
    await line(channel, shell, "bob", "welcome bob")


async def test_an_open_quote_waits_for_the_rest(channel: Conversation, shell: Json):
    await line(channel, shell, "echo 'one", "waits for the rest")
    assert body(await line(channel, shell, "two'", "two")) == ["one", "two"]


async def test_somebody_elses_line_opens_a_shell_of_their_own(channel: Conversation, shell: Json):
    await line(channel, shell, "MINE=ann", "exit status 0")
    bob = channel.as_("U0BOB")

    result = await line(bob, shell, 'echo "[$MINE]"', "[]")

    assert body(result) == ["[]"]
    await channel.type("@cdebug sessions", thread=shell["ts"])
    listed = await channel.replied(shell, "of <@U0BOB>")
    assert "of <@U0ANN>" in listed["text"]


async def test_stop_ends_the_shell(channel: Conversation, shell: Json):
    await channel.press(await channel.now(shell), "Stop")
    await channel.ended(shell, "stopped")
    await channel.type("$ ls", thread=shell["ts"])
    await channel.replied(shell, "no shell is open in this thread anymore")


async def test_a_dollar_line_between_people_is_not_for_us(channel: Conversation, slack: Slack):
    before = len(await channel.messages())
    known = await channel.type("how do I list files?")
    await channel.type("$ ls -la", thread=known["ts"])
    await channel.run("ps")
    assert [m for m in (await channel.messages())[before:] if _answers(m, known)] == []
