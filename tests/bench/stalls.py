"""How long the bot's event loop was kept from everybody by text that was made for it; and what redaction misses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import docker

from deploy.demo.engine import build_base
from tests.conftest import new_channel
from tests.core.corpus import missed, samples, shown
from tests.harness import BASE, Bot, Conversation, Playground, Slack, make

Row = tuple[str, str, str, str, str]
GOAL = "≤ 50 ms"
Attack = Callable[[Conversation], Awaitable[object]]


def compare(folder: Path, engine: str) -> list[Row]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    api = docker.APIClient(base_url=engine, timeout=30)
    build_base(engine, BASE)
    deep = {"deep": "[" * 100_000, "TOKEN" * 20_000: "x", "note": "x" * 3_000_000}
    made = [make(api, "bench-busy", "sleep 3600"), make(api, "bench-label", "sleep 3600", labels=deep)]
    try:
        return [*asyncio.run(_stalls(folder, engine)), *_redaction()]
    finally:
        for container in made:
            api.remove_container(container, force=True)
        api.close()


LONG = "@cdebug " + "``x```y``" * 4_000
FLOOD = "exec bench-busy -- sh -c 'yes password=hunter22 | head -c 20000000'"


async def _stalls(folder: Path, engine: str) -> list[Row]:
    rows = []
    for number, (name, attack) in enumerate(ATTACKS.items()):
        home = folder / str(number)
        home.mkdir()
        playground = Playground(home)
        bot = Bot(home, playground.base, engine).start()
        slack = Slack(playground.base)
        try:
            channel = await new_channel(slack, name=f"C0LISTED{number}")
            await PREPARED.get(name, _nothing)(channel)
            before = await _lags(bot)
            await attack(channel)
            rows.append((f"loop kept by {name}", _longest(before, await _lags(bot)), "-", "-", GOAL))
        finally:
            await slack.close()
            await asyncio.to_thread(bot.end)
            playground.end()
    return rows


async def _busy(channel: Conversation) -> None:
    for _ in range(4):
        await channel.type("/cdebug exec bench-busy -- timeout 4 cat /dev/zero")
    await asyncio.sleep(8)
    await channel.run("ps", patience_s=30)


async def _typed(channel: Conversation, text: str) -> None:
    await channel.as_("U0GUEST").type(text)
    await channel.run("ps")


async def _nothing(channel: Conversation) -> None:
    await channel.run("ps")


async def _many_records(channel: Conversation) -> None:
    await channel.run("ps")
    for _ in range(200):
        await asyncio.gather(*(channel.type("/cdebug whoami") for _ in range(10)))
    await asyncio.sleep(2)  # the last answers are on their way


async def _audit(channel: Conversation) -> None:
    await channel.as_("U0BOB").type("/cdebug audit")
    await channel.as_("U0BOB").whispered("ran")


AUDIT = "`audit` over 2,000 records"
ATTACKS: dict[str, Attack] = {
    "nothing": _nothing,
    "4 × `exec -- cat /dev/zero`": _busy,
    "a message of 4,000 × ``x```y``": lambda channel: _typed(channel, LONG),
    "a label of 3 MiB, of `TOKEN` × 20,000, of `[` × 100,000": lambda channel: channel.run("inspect bench-label"),
    "20 MB of `password=…` lines": lambda channel: channel.run(FLOOD, patience_s=120),
    AUDIT: _audit,
}
PREPARED = {AUDIT: _many_records}


async def _lags(bot: Bot) -> dict[float, float]:
    """How often the loop was late by at most so many seconds."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{bot.metrics_port}/metrics") as answer,
    ):
        found = re.findall(r'cdebug_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', await answer.text())
    return {float(edge): float(count) for edge, count in found}


def _longest(before: dict[float, float], after: dict[float, float]) -> str:
    """The bucket that the latest turn since then fell into."""
    total = after[float("inf")] - before[float("inf")]
    edge = min(edge for edge in after if after[edge] - before[edge] >= total)
    return f"≤ {1000 * edge:.0f} ms"


def _redaction() -> list[Row]:
    secrets, harmless, blocks = samples("secrets.txt"), samples("harmless.txt"), samples("blocks.txt")
    left = sum(bool(missed(sample)) for sample in secrets)
    lost = sum(shown(sample) != sample for sample in harmless)
    several = sum(bool(missed(sample)) for sample in blocks)
    return [
        (f"lines of {len(secrets)} whose secret can be read", str(left), "-", "-", "0"),
        (f"blocks of {len(blocks)} whose secret can be read", str(several), "-", "-", "0"),
        (f"lines of {len(harmless)} that hold none and were touched", str(lost), "-", "-", "0"),
    ]
