"""`attach`: what a container prints from now on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from bot.core.action import Inside, TargetedAction
from bot.core.bench import Bench
from bot.core.output import Output
from bot.core.ports.exec import AttachPort
from bot.core.takes import one
from bot.core.target import Container
from bot.core.text import StreamSplitter


@dataclass(frozen=True)
class Attach(
    Inside,
    TargetedAction,
    verb="attach",
    takes=one("container"),
    needs=(AttachPort,),
    rights=("get pods", "get pods/attach"),
    examples=("attach web",),
):
    """Show what a container prints from now on, until somebody stops it. Nothing can be typed into it."""

    @property
    def endless(self) -> bool:
        return True

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def nothing(self) -> str:
        return "It exited without any output."

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        splitter = StreamSplitter()
        bench.unfinished.look = lambda: splitter.rest
        try:
            async with aclosing(bench.port(AttachPort).attach(found)) as output:
                async for stream, chunk in output:
                    if lines := splitter.push(stream, chunk):
                        yield lines
        except (asyncio.CancelledError, GeneratorExit):
            bench.last_words.extend(splitter.close())
            raise
        for lines in splitter.close():
            yield lines
