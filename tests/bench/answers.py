"""From the payload to the first result message sent, beside the docker command line's own time for the same."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import time
from pathlib import Path

import docker

from deploy.demo.engine import build_base
from tests.harness import Bot, Conversation, Playground, Slack, make

ROUNDS, _TURNS = 7, 3
last: dict[str, float] = {}  # seconds, of this run's commands
PAIRS = (
    ("ps", ["docker", "ps"]),
    ("logs talker --tail 100", ["docker", "logs", "--tail", "100", "talker"]),
    ("inspect talker", ["docker", "inspect", "talker"]),
)


def compare(folder: Path, engine: str) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    api = docker.APIClient(base_url=engine, timeout=30)
    build_base(engine)
    make(api, "talker", "for i in $(seq 5000); do echo line $i of the log; done; sleep 3600")
    playground = Playground(folder)
    bot = Bot(folder, playground.base, engine).start()
    rows = []
    try:
        for command, argv in PAIRS:
            mine: list[float] = []
            cli: list[float] = []
            for _ in range(_TURNS):  # in turns: a machine that changes its pace changes it for both
                mine += asyncio.run(timed(playground.base, command))
                cli += _theirs(argv, engine)
            ours, theirs = statistics.median(mine), statistics.median(cli)
            last[command] = ours
            row = (f"first result, `{command}`", f"{1000 * ours:.0f} ms", f"{1000 * theirs:.0f} ms")
            rows.append((*row, f"{ours / theirs:.2f}×", "≤ 1.0×"))
    finally:
        bot.end()
        playground.end()
        api.remove_container("talker", force=True)
        api.close()
    return rows


async def timed(base: str, command: str) -> list[float]:
    """Seconds from the payload leaving the workspace to the result standing in it, on the workspace's clock."""
    slack, times = Slack(base), []
    try:
        for number in range(ROUNDS + 2):
            name = f"C0B{time.time_ns()}"
            await slack.post("/_/channels", id=name, name=name.lower(), members=["U0ANN", "U0CDEBUG"])
            channel = Conversation(slack, name)
            started = time.time()
            await channel.type(f"/cdebug {command}")
            await asyncio.sleep(0.2)  # looking is work for the workspace: not while it is timed
            found = await channel.until(lambda all_: [m for m in all_ if m["thread_ts"]], "the result")
            times += [found[0]["at"] - started] if number >= 2 else []
            await asyncio.sleep(0.3)
    finally:
        await slack.close()
    return times


def _theirs(argv: list[str], engine: str) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run(argv, env={**os.environ, "DOCKER_HOST": engine}, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return times
