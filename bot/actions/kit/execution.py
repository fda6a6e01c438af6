"""Running one process in a container: its output as it comes, its status, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

from bot.actions.kit.binary import BinaryOutput
from bot.actions.kit.exits import meaning
from bot.actions.kit.marks import end, new_mark, variable
from bot.core.bench import Bench
from bot.core.output import Exit, Note, Output, Stream
from bot.core.ports.exec import ExecPort, ExecQuery, Process
from bot.core.target import Container
from bot.core.text import StreamSplitter
from bot.core.units import show_bytes, show_duration

Part = tuple[Stream, bytes]


async def outputs_of(
    bench: Bench,
    container: Container,
    query: ExecQuery,
    stdin: str = "",
    limit: timedelta | None = None,
    most: int = 0,
) -> AsyncGenerator[Output, None]:
    """Its lines, each with its stream, then its status. Whatever stops it before it has ended, it is ended, and that is
    said. limit: of time; most: bytes of its output, 0 for any number.

    Raises what starting it raises.
    """
    engine, mark = bench.port(ExecPort), new_mark()
    size, stopped, splitter, binary = 0, "", StreamSplitter(), BinaryOutput(bench.limits.file)
    bench.unfinished.look = lambda: splitter.rest
    async with engine.exec(container, replace(query, marks=(variable(mark),), input=bool(stdin))) as process:
        try:
            async with aclosing(_within(limit, _said(process, stdin))) as output:
                async for stream, chunk in output:
                    size += len(chunk)
                    if stream == "out" and binary.takes(chunk):
                        splitter.forget(stream)
                    elif lines := splitter.push(stream, chunk):
                        yield lines
                    if most and size > most:
                        stopped = f"It is longer than {show_bytes(most)}."
                        break
        except TimeoutError:
            assert limit
            stopped = f"It took longer than {show_duration(limit.total_seconds())}."
        except (asyncio.CancelledError, GeneratorExit):
            bench.last_words.extend([*splitter.close(), Note(await end(engine, container, query, process, mark))])
            bench.last_words.extend(await binary.close(whole=False))
            raise
        ended = f"{stopped} {await end(engine, container, query, process, mark)}" if stopped else ""
        for rest in (*splitter.close(), *await binary.close(whole=not stopped)):
            yield rest
        if stopped:
            yield Note(ended)
            return
        status = await process.status()
        yield (
            Exit(status, meaning(status)) if status is not None else Note("It closed its output and is still running.")
        )


async def _said(process: Process, stdin: str) -> AsyncGenerator[Part, None]:
    """What it says once it was given its input."""
    if stdin:
        await process.write(stdin.encode())
        await process.end_input()
    async with aclosing(process.output()) as output:
        async for part in output:
            yield part


async def _within(limit: timedelta | None, output: AsyncGenerator[Part, None]) -> AsyncGenerator[Part, None]:
    """The same, until the time is over. Raises TimeoutError, also where there is always more to read; it never
    cancels whoever reads, as a timeout around a `yield` does.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit.total_seconds() if limit else None
    async with aclosing(output):
        while True:
            if deadline and loop.time() >= deadline:
                raise TimeoutError
            async with asyncio.timeout_at(deadline):
                part = await anext(output, None)
            if part is None:
                return
            yield part
