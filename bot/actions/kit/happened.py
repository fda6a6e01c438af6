"""What happened to objects: the events that may be told, and what is left out of them."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime

from bot.core.bench import Bench
from bot.core.ports.events import Event, EventsPort, Omission
from bot.core.target import Objects


async def happened(
    bench: Bench, found: Objects, since: datetime, until: datetime
) -> tuple[list[Event], list[Omission]]:
    """Oldest first. Raises what the engine raises."""
    async with aclosing(bench.port(EventsPort).events(found, since, until)) as events:
        told = [it async for it in events]
    return [it for it in told if isinstance(it, Event)], [it for it in told if isinstance(it, Omission)]
