"""Why a log that was followed has ended: the engine ends it with the container's run, and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bot.actions.kit.exits import ending
from bot.core.bench import Bench
from bot.core.errors import CdebugError, NotFound
from bot.core.facts.containers import ContainerFacts, ContainerState
from bot.core.ports.facts import FactsPort
from bot.core.target import Container

_TRIES, _EVERY_S = 10, 0.3  # the engine knows of an end a moment after its log has ended, and of a removal after that
_GONE_S = 1.0
_ENDED = ("exited", "dead", "restarting", "terminated")
_GOING = ("running", "removing")


async def ended(container: Container, bench: Bench) -> str:
    """A sentence: its run's end, and whether another one has begun or it is gone."""
    name = f"`{container.name}:{container.container}`" if container.container else f"`{container.name}`"
    known: ContainerFacts | None = None
    try:
        async for facts in _asked(container, bench):
            known = facts
    except NotFound:
        end = f"{name} has ended{_how(known.state)}, and was deleted" if known else f"{name} is gone: it was deleted"
        return f"{end}. `ps` shows what took its place."
    except CdebugError as error:
        return f"The log of {name} has ended, and why is not known: {error.brief}."
    assert known is not None
    if known.state.word == "running" and known.restarts <= container.restarts:
        return f"The log of {name} has ended, and it is still running."
    if known.last_state and known.state.word in ("running", "waiting"):
        return f"{name} has ended{_how(known.last_state)}. It is being restarted: `logs -f` follows the next run."
    return f"{name} has ended{_how(known.state)}."


def _how(state: ContainerState) -> str:
    """Nothing where it isn't known."""
    return f": exit status {state.exit_code}, {ending(state)}" if state.word in _ENDED else ""


async def _asked(container: Container, bench: Bench) -> AsyncGenerator[ContainerFacts, None]:
    """How it is, until it isn't on its way any more; then once more, for it may be on its way out."""
    for _ in range(_TRIES):
        facts = await bench.port(FactsPort).facts(container)
        yield facts
        if facts.state.word not in _GOING or facts.restarts > container.restarts:
            break
        await asyncio.sleep(_EVERY_S)
    await asyncio.sleep(_GONE_S)
    yield await bench.port(FactsPort).facts(container)
