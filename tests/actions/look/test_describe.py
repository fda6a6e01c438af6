"""`describe`: what went wrong, on a card."""

from __future__ import annotations

from bot.actions.look.describe import Describe
from bot.core.facts.containers import Attachment, Mount, ProbeResult
from bot.core.output import Card
from tests.actions.engine import NOW, Engine, container, facts_of, run


async def test_describe_says_what_went_wrong():
    web = container("web", "exited")
    facts = facts_of(
        web, exit_code=137, oom_killed=True, memory_limit=2**24, restarts=3, restart_policy="on-failure:5",
        health="unhealthy", failing_streak=4, probes=(ProbeResult(NOW, 1, "connection\nrefused"),), cpus=0.5,
        networks=(Attachment("shop", "10.0.0.2"),), mounts=(Mount("data", "/data", True, "volume"),),
    )  # fmt: skip

    (card,) = await run(Describe(), web, Engine({"web": facts}))

    assert isinstance(card, Card)
    said = {label: value for _, rows in card.groups for label, value in rows}
    assert said["state"] == "exited (137), OOM killed: it exceeded its memory limit"
    assert said["out of memory"] == "yes, over 16.0 MiB"
    assert said["health"] == "unhealthy, 4 failures in a row"
    assert said["0s ago"] == "exit 1: connection refused"
    assert ("", "data → /data (volume, rw)") in [row for _, rows in card.groups for row in rows]
    assert (said["cpu"], said["shop"]) == ("0.5 cores", "10.0.0.2")
