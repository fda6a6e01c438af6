"""Processes that tests start and end: Redis, the playground, the bot. And a person who types in it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
PATIENCE_S = 20.0
LISTED = 300  # channels that the settings name: what is protected is spoken of only there


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """For facts outside this process. Raises AssertionError, naming what did not come."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {patience_s} s"
        time.sleep(0.02)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A short path: sockets live in it."""
    with tempfile.TemporaryDirectory(prefix="cdb-", dir="/tmp") as name:
        yield Path(name)


class Process:
    """A child that is ended, whatever happens. `log` is what it printed on both streams."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._out = log.open("wb")
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self._out, stderr=subprocess.STDOUT, start_new_session=True
        )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        try:
            wait_until(lambda: text in self.said() or self._process.poll() is not None, f"{text!r} in the log")
        finally:
            assert text in self.said(), self.said()

    def terminate(self, patience_s: float = 10.0) -> int:
        """SIGTERM; the exit status. Fails where it does not leave in time."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(patience_s)

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(12)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._out.close()


class RedisServer:
    """A real redis-server on a socket of its own, nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder}/redis.sock"
        self._folder = folder
        self.start()

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: run `make test`, which installs it"
        words = [
            program,
            "--port",
            "0",
            "--unixsocket",
            f"{self._folder}/redis.sock",
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self.process = Process(words, dict(os.environ), self._folder / "redis.log")
        self.process.wait_for("eady to accept connections")

    def end(self) -> None:
        self.process.end()


class Playground:
    """The workspace as a process."""

    def __init__(self, folder: Path, request_url: str = "") -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "playground", "--port", str(self.port), "--request-url", request_url]
        offered = folder / "completions.json"
        offered.write_text(json.dumps([{"verb": "logs", "summary": "Show"}, {"verb": "ps", "summary": "List"}]))
        self.process = Process([*command, "--completions", str(offered)], dict(os.environ), folder / "playground.log")
        wait_until(self._answers, "the playground's port")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self) -> None:
        self.process.end()


CONFIG = """\
default: {default}
contexts:
  local: {{engine: docker, host: "{host}"}}
  dead: {{engine: docker, host: "unix://{folder}/nobody.sock"}}
  hanging: {{engine: docker, host: "unix://{folder}/hanging.sock"}}
  cluster: {{engine: kubernetes, kubeconfig: "{kubeconfig}", namespace: shop}}
channels: {{{listed}}}
people:
  U0ANN: {{roles: [responder], kubernetes: {{user: ann@example.com, groups: [sre]}}}}
  U0BOB: {{roles: [responder, approver], kubernetes: {{user: bob@example.com}}}}
  U0DAN: {{roles: [approver], kubernetes: {{user: ann@example.com, groups: [sre]}}}}
  U0CEM: {{kubernetes: {{user: cem@example.com, groups: [sre]}}}}
  U0EVE: {{roles: [responder]}}
  U0FAY: {{roles: [responder, break-glass]}}
usergroups: {{S0SRE: [approver]}}
approvals: {{ttl: "{ttl}", audit_channel: "{audit_channel}", channel: "{approvals_channel}"}}
redact: {{patterns: {{acme: "ACME-[A-Z0-9]{{16}}"}}}}
policy: "{policy}"
limits: {{per_person: {per_person}/m, per_channel: 10000/m, shell_idle: "{shell_idle}"}}
"""


class Bot:
    """The bot as a process. more: environment variables that it gets or, where empty, lacks."""

    def __init__(
        self,
        folder: Path,
        base: str,
        host: str,
        redis_url: str = "",
        config: str = CONFIG,
        ttl: str = "10m",
        audit_channel: str = "C0SHOP",
        approvals_channel: str = "C0LISTED0",
        policy: str = "",
        per_person: str = "10000",
        shell_idle: str = "15m",
        kubeconfig: str = "nowhere",
        default: str = "local",
        **more: str,
    ) -> None:
        self._number = 0
        self._folder = folder
        self.base = base
        settings = folder / "config.yaml"
        listed = ", ".join(f"C0LISTED{number}: {{context: {default}}}" for number in range(LISTED))
        known = {"ttl": ttl, "audit_channel": audit_channel, "approvals_channel": approvals_channel}
        known |= {"policy": policy, "per_person": per_person, "shell_idle": shell_idle}
        known |= {"kubeconfig": kubeconfig, "default": default}
        settings.write_text(config.format(host=host, folder=folder, listed=listed, **known))
        self.metrics_port = free_port()
        self._environment = {
            **os.environ,
            "SLACK_API_URL": f"{base}/api/",
            "SLACK_BOT_TOKEN": "xoxb-playground",
            "SLACK_APP_TOKEN": "xapp-playground",
            "CDEBUG_CONFIG": str(settings),
            "CDEBUG_DATA": str(folder / "data"),
            "METRICS_PORT": str(self.metrics_port),
            "REDIS_URL": redis_url,
            **more,
        }
        self._environment.pop("DOCKER_HOST", None)

    def start(self, ready: bool = True) -> Bot:
        self._number += 1
        log = self._folder / f"bot-{id(self)}-{self._number}.log"
        self.process = Process([sys.executable, "-m", "bot"], self._environment, log)
        if ready:
            self.process.wait_for('"event": "ready"')
        return self

    def end(self) -> None:
        self.process.end()


async def asked(channel: Conversation, command: str) -> tuple[Json, Json]:
    """Type a command that needs an approval: its root, and the card."""
    root, _ = await channel.run(command, ends="waiting for approval")
    card: Json = await channel.until(
        lambda all_: next((m for m in all_ if m["thread_ts"] == root["ts"] and "Approve" in labels(m)), None),
        "the card",
    )
    return root, card


async def approved(channel: Conversation, command: str) -> str:
    """Asked for by Ann, approved by Bob, and done: all that its thread says."""
    root, card = await asked(channel, command)
    await channel.as_("U0BOB").press(card, "Approve")
    await channel.ended(root, "done", patience_s=60)
    return "\n".join(each["text"] for each in await channel.thread(root))


async def arguments_of(channel: Conversation, card: Json) -> str:
    """What the Arguments of a card show, once its modal is open; it is closed again."""
    await channel.press(card, "Arguments")
    view: Json = await channel.until_view()
    await channel.slack.post("/_/close", user=channel.user, view_id=view["id"])
    return str(view)


def request_id(root: Json) -> str:
    """The id that a waiting root names."""
    return str(root["text"].rpartition("request ")[2].partition(",")[0])


class Slack:
    """The playground as a person's side sees it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._session = aiohttp.ClientSession(base)

    async def close(self) -> None:
        await self._session.close()

    async def post(self, path: str, **body: Any) -> Json:
        async with self._session.post(path, json=body) as answer:
            known: Json = await answer.json()
            return known

    async def state(self, user: str = "U0ANN") -> Json:
        async with self._session.get("/_/state", params={"user": user}) as answer:
            known: Json = await answer.json()
            return known

    async def file(self, file: Json) -> bytes:
        async with self._session.get(f"/files/{file['id']}/{file['name']}") as answer:
            assert answer.status == 200
            return await answer.read()


class Conversation:
    """One channel, as one person sees and uses it."""

    def __init__(self, slack: Slack, channel: str, user: str = "U0ANN") -> None:
        self.slack, self.channel, self.user = slack, channel, user

    def as_(self, user: str) -> Conversation:
        """The same channel, seen by somebody else."""
        return Conversation(self.slack, self.channel, user)

    async def type(self, text: str, thread: str = "") -> Json:
        return await self.slack.post("/_/type", user=self.user, channel=self.channel, text=text, thread=thread)

    async def press(self, message: Json, label: str) -> Json:
        """Press the button with that label."""
        found = [element for element in elements(message) if element.get("text", {}).get("text") == label]
        assert found, f"no button {label} in {message['text']!r}"
        return await self._interact(message, found[0]["action_id"])

    async def choose(self, message: Json, index: int) -> Json:
        """Choose from the menu."""
        menu = next(element for element in elements(message) if element["type"] == "static_select")
        return await self._interact(message, menu["action_id"], str(index))

    async def _interact(self, message: Json, action: str, value: str | None = None) -> Json:
        where = {"user": self.user, "channel": self.channel, "ts": message["ts"]}
        return await self.slack.post("/_/press", **where, action_id=action, value=value)

    async def messages(self) -> list[Json]:
        known: list[Json] = (await self.slack.state(self.user))["messages"].get(self.channel, [])
        return known

    async def until(self, true: Callable[[list[Json]], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
        """Wait for a fact about this channel's messages; returns what `true` returned."""
        deadline = asyncio.get_running_loop().time() + patience_s
        while True:
            messages = await self.messages()
            if found := true(messages):
                return found
            shown = "\n".join(f"[{each['thread_ts'] or 'root'}] {each['text'][:300]}" for each in messages[-12:])
            assert asyncio.get_running_loop().time() < deadline, f"{what}: not within {patience_s} s; there is\n{shown}"
            await asyncio.sleep(0.03)

    async def run(
        self, command: str, ends: str | tuple[str, ...] = "done", patience_s: float = PATIENCE_S
    ) -> tuple[Json, list[Json]]:
        """Type a slash command; its root once it begins with `ends`, and its thread."""
        seen = {each["ts"] for each in await self.messages()}
        await self.type(f"/cdebug {command}")
        root = await self.until(lambda all_: _root(all_, seen, ends), f"`{command}` to be {ends}", patience_s)
        return root, await self.thread(root)

    async def thread(self, root: Json) -> list[Json]:
        return [each for each in await self.messages() if each["thread_ts"] == root["ts"]]

    async def ended(self, root: Json, *states: str, patience_s: float = PATIENCE_S) -> Json:
        """Wait until a root begins with one of the states."""
        found: Json = await self.until(
            lambda all_: next((m for m in all_ if m["ts"] == root["ts"] and m["text"].startswith(states)), None),
            f"{states}",
            patience_s,
        )
        return found

    async def now(self, message: Json) -> Json:
        """A message as it is now."""
        return next(each for each in await self.messages() if each["ts"] == message["ts"])

    async def until_view(self) -> Json:
        """Wait for a modal that is written: it opens empty."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                views: list[Json] = (await self.slack.state(self.user))["views"]
                if found := next((it for it in views if "verb " in str(it)), None):
                    return found
                await asyncio.sleep(0.03)

    async def whispered(self, text: str) -> Json:
        """Wait for an ephemeral message that holds a text."""
        found: Json = await self.until(
            lambda all_: next((each for each in all_ if each["only_for"] and text in each["text"]), None),
            f"an ephemeral {text!r}",
        )
        return found

    async def replied(self, root: Json, text: str) -> Json:
        """Wait for a message in a thread that holds a text."""
        found: Json = await self.until(
            lambda all_: next(
                (each for each in all_ if each["thread_ts"] == root["ts"] and text in each["text"]), None
            ),
            f"a reply {text!r}",
        )
        return found


def _root(messages: list[Json], seen: set[str], ends: str | tuple[str, ...]) -> Json | None:
    fresh = [each for each in messages if each["ts"] not in seen and not each["thread_ts"] and not each["only_for"]]
    return next((each for each in fresh if each["text"].startswith(ends)), None)


def elements(message: Json) -> list[Json]:
    """Buttons and menus of a message."""
    return [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]


def labels(message: Json) -> list[str]:
    return [element["text"]["text"] for element in elements(message) if element["type"] == "button"]


def body(message: Json) -> list[str]:
    """The lines of a preformatted result."""
    text = message["text"].partition("```\n")[2].rpartition("\n```")[0]
    return [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in text.split("\n")]


BASE = "cdebug/busybox:1"


def make(api: Any, name: str, script: str, **more: Any) -> str:
    """A container of a test's own, started; its id. It is removed with the engine."""
    host = api.create_host_config(**more.pop("host", {}))
    labels = {"test": name, **more.pop("labels", {})}
    created = api.create_container(BASE, ["sh", "-c", script], name=name, labels=labels, host_config=host, **more)
    api.start(created["Id"])
    return str(created["Id"])
