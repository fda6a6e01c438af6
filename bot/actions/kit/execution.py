"""Running one process in a container: its output as it comes, its status, and what is left of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

from bot.actions.kit.exits import meaning
from bot.core.output import Exit, Note, Output
from bot.core.ports.exec import ExecPort, ExecQuery, Process
from bot.core.target import Container
from bot.core.text import whole_lines

RUN = "CDEBUG_RUN"
_ASKING_S = 3.0


async def outputs_of(
    engine: ExecPort, container: Container, query: ExecQuery, stdin: str = "", limit: timedelta | None = None
) -> AsyncGenerator[Output, None]:
    """Its lines, each with its stream, then its status. Ended before it ended itself, it says what still runs.

    Raises what starting it raises.
    """
    mark = secrets.token_hex(4)
    marked = replace(query, marks=(f"{RUN}={mark}",), input=bool(stdin))
    async with engine.exec(container, marked) as process:
        try:
            async with asyncio.timeout(limit.total_seconds() if limit else None):
                if stdin:
                    await process.write(stdin.encode())
                    await process.end_input()
                async with aclosing(whole_lines(process.output())) as lines:
                    async for part in lines:
                        yield part
        except TimeoutError:
            yield Note(f"It took longer than `--timeout`. {await left_running(process, container, query.argv, mark)}")
            return
        except asyncio.CancelledError:
            # Said first, raised right after: the thread must know that it goes on in the container.
            if said := await left_running(process, container, query.argv, mark):
                yield Note(said)
            raise
        status = await process.status()
        yield (
            Exit(status, meaning(status)) if status is not None else Note("It closed its output and is still running.")
        )


async def left_running(process: Process, container: Container, argv: tuple[str, ...], mark: str) -> str:
    """A sentence about what the engine could not end; nothing where it has ended."""
    try:
        async with asyncio.timeout(_ASKING_S):
            status = await process.status()
    except Exception:
        status = None
    if status is not None:
        return ""
    inside = f" -c {container.container}" if container.others else ""
    return (
        f"`{argv[0]}` may still run in the container: the engine can't end what it started there."
        f" `kill {container.name}{inside} --run {mark}` ends it."
    )
