"""How fast a command is acknowledged, beside a bare slack-bolt app that does nothing but acknowledge."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from playground.delivery import Delivery
from playground.faults import Faults
from playground.server import SIGNING_SECRET
from playground.sockets import Sockets
from tests.harness import Bot, Playground, Process, RedisServer, free_port, wait_until

# A shared machine stalls for 15 ms now and then, and whoever it hits has a bad percentile: the two take
# turns, and what counts is the median of the turns' percentiles.
ROUNDS = {1: 60, 50: 8}
_TURNS = 5
_WARMING = 3


async def measure(url: str, at_once: int, rounds: int) -> list[float]:
    """Seconds from the request to its answer, of `rounds` times `at_once` commands."""
    signer = Delivery(Sockets(), Faults(), url, SIGNING_SECRET)
    connector = aiohttp.TCPConnector(limit=at_once)
    times: list[float] = []
    async with aiohttp.ClientSession(connector=connector) as session:
        for number in range(rounds + _WARMING):
            taken = await asyncio.gather(*(_one(session, signer, url, f"{number}.{n}") for n in range(at_once)))
            times += taken if number >= _WARMING else []
            await asyncio.sleep(0.05 + 0.02 * at_once)  # what was acknowledged is worked on meanwhile
    return times


async def _one(session: aiohttp.ClientSession, signer: Delivery, url: str, key: str) -> float:
    fields = {
        "command": "/cdebug", "text": "help", "team_id": "T0PLAY", "user_id": "U0ANN", "channel_id": "C0INCIDENT",
        "trigger_id": f"{time.time_ns()}.{key}", "response_url": "", "user_name": "ann", "channel_name": "incidents",
    }  # fmt: skip
    body = urlencode(fields)
    headers = {"Content-Type": "application/x-www-form-urlencoded", **signer.signature(body)}
    started = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as answer:
        await answer.read()
        assert answer.status == 200, answer.status
    return time.perf_counter() - started


def _in_turns(ours: str, bare: str, at_once: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The percentiles of each turn, ours and theirs."""
    turns = [
        [percentiles(asyncio.run(measure(url, at_once, ROUNDS[at_once]))) for url in (ours, bare)]
        for _ in range(_TURNS)
    ]
    return [mine for mine, _ in turns], [theirs for _, theirs in turns]


def percentiles(times: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(times, n=100)
    return 1000 * cuts[49], 1000 * cuts[98]


def compare(folder: Path, engine: str) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    ours_port, bare_port = free_port(), free_port()
    ours, bare = (f"http://127.0.0.1:{port}/slack/events" for port in (ours_port, bare_port))
    redis = RedisServer(folder)
    playground = Playground(folder, ours)
    more = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": str(ours_port)}
    bot = Bot(folder, playground.base, engine, redis.url, **more).start()
    command = [sys.executable, "-m", "tests.bench.bare_bolt", str(bare_port), f"{playground.base}/api/"]
    peer = Process(command, dict(os.environ), folder / "bare.log")
    rows = []
    try:
        wait_until(lambda: "listening" in peer.said(), "the bare app")
        for at_once, goal in ((1, "≤ 0.3×"), (50, "≤ 1.0×")):
            turns = _in_turns(ours, bare, at_once)
            for at, name in enumerate(("p50", "p99")):
                one, other = (statistics.median(turn[at] for turn in side) for side in turns)
                rows.append(
                    (
                        f"acknowledge, {at_once} at once, {name}",
                        f"{one:.1f} ms",
                        f"{other:.1f} ms",
                        f"{one / other:.2f}×",
                        goal,
                    )
                )
    finally:
        for process in (bot, peer, playground, redis):
            process.end()
    return rows
