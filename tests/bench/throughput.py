"""`logs --grep` over 100 MB, beside the docker command line piped through grep; and the bot's memory meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from pathlib import Path

import docker

from deploy.demo.engine import build_base
from tests.harness import Bot, Conversation, Playground, Slack, make

SMALL, LARGE = 100_000, 1_000_000  # lines of 100 bytes
LINE = "2026-11-23T12:00:00Z INFO request served path=/product/123456 status=200 took=35ms worker=7 zone=eu-"
ROUNDS = 3


def compare(folder: Path, engine: str) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    api = docker.APIClient(base_url=engine, timeout=120)
    build_base(engine)
    for name, lines in (("small", SMALL), ("large", LARGE)):
        script = f"yes '{LINE}' | head -n {lines - 1}; echo the needle"
        api.wait(make(api, f"log-{name}", script))
    playground = Playground(folder)
    bot = Bot(folder, playground.base, engine).start()
    try:
        peak_small = asyncio.run(_ours(playground.base, "log-small", bot))[1]
        mine, theirs, peak_large = [], [], 0
        for _ in range(ROUNDS):
            seconds, peak_large = asyncio.run(_ours(playground.base, "log-large", bot))
            mine.append(seconds)
            theirs.append(_theirs("log-large", engine))
    finally:
        bot.end()
        playground.end()
        for name in ("log-small", "log-large"):
            api.remove_container(name, force=True)
        api.close()
    size = LARGE * (len(LINE) + 1) / 1e6
    ours, cli = sorted(mine)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]
    return [
        (
            f"logs --grep over {size:.0f} MB",
            f"{size / ours:.1f} MB/s",
            f"{size / cli:.1f} MB/s",
            f"{cli / ours:.2f}×",
            "≥ 0.9×",
        ),
        (
            "its peak memory, against a tenth of the log",
            f"{peak_large / 1024:.0f} MiB",
            f"{peak_small / 1024:.0f} MiB",
            f"{peak_large / peak_small:.2f}×",
            "about 1×",
        ),
    ]


async def _ours(base: str, name: str, bot: Bot) -> tuple[float, int]:
    """Seconds, and the process's peak memory in KiB so far."""
    slack = Slack(base)
    try:
        channel_id = f"C0B{time.time_ns()}"
        await slack.post("/_/channels", id=channel_id, name=channel_id.lower(), members=["U0ANN", "U0CDEBUG"])
        channel = Conversation(slack, channel_id)
        started = time.perf_counter()
        await channel.run(f"logs {name} --tail all --grep needle", patience_s=120)
        seconds = time.perf_counter() - started
    finally:
        await slack.close()
    status = Path(f"/proc/{bot.process._process.pid}/status").read_text()
    return seconds, int(status.split("VmHWM:")[1].split()[0])


def _theirs(name: str, engine: str) -> float:
    started = time.perf_counter()
    command = f"docker logs {name} | grep -c needle"
    environment = {**os.environ, "DOCKER_HOST": engine}
    subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=True)
    return time.perf_counter() - started
