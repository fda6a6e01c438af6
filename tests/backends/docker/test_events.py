"""How far back an engine remembers: one of its own, whose memory is filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import docker

from bot.backends.docker import connect
from bot.core.bench import Bench
from bot.core.ports.events import EventsPort

NOW = datetime.now(UTC)


async def test_an_engine_that_forgot_says_since_when_it_remembers(own_engine: str):
    api = docker.APIClient(base_url=own_engine, timeout=30)
    context = connect("own", own_engine)
    try:
        events = Bench(context, NOW).port(EventsPort)
        assert await events.horizon(context.scope, datetime.now(UTC)) is None  # nothing is forgotten yet

        for number in range(140):  # two events each
            api.remove_volume(api.create_volume(f"forgotten-{number}")["Name"])

        horizon = await events.horizon(context.scope, datetime.now(UTC))
        assert horizon
        assert horizon.why == "the engine keeps only its last 256 events"
        assert NOW < horizon.at <= datetime.now(UTC) + timedelta(seconds=1)
    finally:
        await context.close()
        api.close()
