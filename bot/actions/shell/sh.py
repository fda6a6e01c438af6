"""`sh`: the thread becomes a shell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from bot.actions.kit.exits import meaning
from bot.actions.kit.marks import end, new_mark, variable
from bot.actions.kit.terminal import SHELLS, Terminal
from bot.core.action import InteractiveAction
from bot.core.bench import Bench
from bot.core.errors import NotFound, NotRunning
from bot.core.output import Exit, Lines, Note, Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.files import FilesPort
from bot.core.takes import one
from bot.core.target import Container
from bot.core.text import LineSplitter


@dataclass(frozen=True)
class Sh(
    InteractiveAction,
    verb="sh",
    aliases=("shell",),
    takes=one("container"),
    needs=(ExecPort,),
    rights=("get pods", "get pods/exec"),
    examples=("sh web",),
):
    """Turn this thread into a shell of a container: every reply that begins with `$ ` is a line of it.

    `cd` and variables last. The shell is yours: somebody else's first line opens one of their own. Each line is
    decided and audited by itself. It ends by `exit`, by Stop, or when nobody types for a while.
    """

    @property
    def endless(self) -> bool:
        return True

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def nothing(self) -> str:
        return "The shell has ended."

    @property
    def lasting(self) -> str:
        return "whatever is typed into the shell, until it ends; each line is audited"

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        if found.state and found.state != "running":
            raise NotRunning("cannot open a shell in", found, why=f"it is {found.condition}", hint="`logs` says why.")
        engine, mark = bench.port(ExecPort), new_mark()
        for argv in SHELLS:
            query = ExecQuery(argv, marks=("TERM=dumb", variable(mark)), terminal=True, input=True)
            try:
                async with engine.exec(found, query) as process:
                    terminal = Terminal(process)
                    if not await terminal.start():
                        continue
                    yield Note(f"`{argv[0]}` is open: reply with `$ ` and a line, as `$ ls`.")
                    end_it = partial(end, engine, found, query, process, mark)
                    async with aclosing(_session(terminal, bench, end_it)) as outputs:
                        async for output in outputs:
                            yield output
                    return
            except NotFound:
                continue
        raise NotFound(
            "no shell is in", found, why="neither bash, sh nor busybox answers",
            hint="`cat` and `cp` work without one."
            if bench.port(FilesPort).from_outside
            else "`kubectl debug` brings one beside it.",
        )  # fmt: skip


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
