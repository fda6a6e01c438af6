"""A thread as the shell of a container: which one answers, what it says, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

from bot.actions.kit.exits import meaning
from bot.actions.kit.marks import end, new_mark, variable
from bot.actions.kit.terminal import SHELLS, Terminal
from bot.core.bench import Bench
from bot.core.errors import NoShell, NotFound
from bot.core.output import Exit, Lines, Note, Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.target import Container
from bot.core.text import LineSplitter


async def shell_of(
    bench: Bench, container: Container, env: tuple[str, ...] = (), *, without: str = ""
) -> AsyncGenerator[Output, None]:
    """Until it ends. env: NAME=value each; without: what to do where no shell answers.

    Raises NoShell where none does, and what the engine raises.
    """
    engine, mark = bench.port(ExecPort), new_mark()
    for argv in SHELLS:
        query = ExecQuery(argv, env=env, marks=("TERM=dumb", variable(mark)), terminal=True, input=True)
        try:
            async with engine.exec(container, query) as process:
                terminal = Terminal(process)
                if not await terminal.start():
                    continue
                yield Note(f"`{argv[0]}` is open: reply with `$ ` and a line, as `$ ls`.")
                end_it = partial(end, engine, container, query, process, mark)
                async with aclosing(_session(terminal, bench, end_it)) as outputs:
                    async for output in outputs:
                        yield output
                return
        except NotFound:
            continue
    raise NoShell("no shell is in", container, why="neither bash, sh nor busybox answers", hint=without)


async def _session(
    terminal: Terminal, bench: Bench, end_it: Callable[[], Awaitable[str]]
) -> AsyncGenerator[Output, None]:
    """Lines and statuses until the shell ends; stopped before that, it is ended with what runs in it."""
    bench.keys.plug(terminal.type, terminal.hang_up)
    splitter = LineSplitter()
    bench.unfinished.look = lambda: Lines(splitter.rest + b"\n") if splitter.rest else None
    try:
        async with aclosing(terminal.said()) as said:
            async for text, status in said:
                if block := splitter.push(text) + (splitter.close() if status is not None else b""):
                    yield Lines(block)
                if status == "more":
                    yield Note("The shell waits for the rest: a quote or a block is open.")
                elif isinstance(status, int):
                    yield Exit(status, meaning(status))
    except (asyncio.CancelledError, GeneratorExit):
        await terminal.hang_up()
        rest = splitter.close()
        bench.last_words.extend([*([Lines(rest)] if rest else []), Note(await end_it())])
        raise
    if block := splitter.close():
        yield Lines(block)
