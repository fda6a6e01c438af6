"""A shell on a terminal, one line at a time.

The shell's prompt carries a nonce that was made for this shell alone: where it stands, a line has ended,
and with which status. A program that reads its input sees the next lines that are typed, as on any terminal.
Sources: POSIX sh, "PS1" and "PS2" (parameter expansion of the prompt); termios(3) for ^C.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.core.bench import Typed
from bot.core.pattern import compiled_bytes
from bot.core.ports.exec import Process

_START_S = 5.0
_ENDING_S = 1.0
SHELLS = (
    ("bash", "--norc", "--noprofile", "--noediting", "-i"),
    ("sh", "-i"),
    ("busybox", "sh", "-i"),
)


class Prompts:
    """Finds the ends of lines in what a shell says: text before them, and the status after which they stand."""

    def __init__(self, nonce: str) -> None:
        self.first = f"[cdebug {nonce} $?]"
        self.more = f"[cdebug {nonce} more]"
        self._prompt = compiled_bytes(rf"\[cdebug {nonce} (\d+|more)\]")
        self._longest = len(self.first) + 3
        self._rest = b""

    def push(self, chunk: bytes) -> list[tuple[bytes, int | str | None]]:
        """(text, None); (text, status) where a line ended; (text, "more") where the shell waits for the rest of one."""
        data, found = self._rest + chunk, []
        at = 0
        for prompt in self._prompt.finditer(data):
            status: int | str = "more" if prompt[1] == b"more" else int(prompt[1])
            found.append((data[at : prompt.start()], status))
            at = prompt.end()
        start = data.rfind(b"[", max(at, len(data) - self._longest))
        end = len(data) if start < 0 else start
        self._rest = data[end:]
        return [*found, (data[at:end], None)] if end > at else list(found)

    def close(self) -> bytes:
        """What was left, being no prompt after all."""
        rest, self._rest = self._rest, b""
        return rest


class Terminal:
    """One person's shell process. `start` before anything else."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._prompts = Prompts(secrets.token_hex(8))
        self._echo = b""
        self._waiting = False  # some shells print their prompt more than once

    async def start(self) -> bool:
        """Prepare the shell; False where no shell answers."""
        setting = f"stty -echo 2>/dev/null; PS1='{self._prompts.first}' PS2='{self._prompts.more}'; unset HISTFILE\n"
        await self._process.write(setting.encode())
        self._output = self._process.output()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_S):
                async for _, chunk in self._output:
                    # A number: the echo of this very line holds the other prompt as it stands.
                    if any(isinstance(status, int) for _, status in self._prompts.push(chunk)):
                        return True
        return False

    async def said(self) -> AsyncGenerator[tuple[bytes, int | str | None], None]:
        """What it says, as `Prompts.push` has it, until it ends."""
        async with aclosing(self._output) as output:
            async for _, chunk in output:
                for text, status in self._prompts.push(chunk):
                    yield self._without_echo(text), status if self._waiting else None
                    self._waiting &= not isinstance(status, int)
        if rest := self._prompts.close():
            yield rest, None

    def _without_echo(self, text: bytes) -> bytes:
        """A container without stty echoes what was typed: nobody needs to read it twice."""
        echo, self._echo = self._echo, b""
        return text.removeprefix(echo)

    async def type(self, typed: Typed) -> None:
        """A line, or Ctrl-C."""
        if typed.interrupt:
            await self._process.write(b"\x03")
            return
        self._waiting = True
        self._echo = typed.line.encode() + b"\r\n"
        await self._process.write(typed.line.encode() + b"\n")

    async def hang_up(self) -> None:
        """End what runs in it, then it."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ENDING_S):
                await self._process.write(b"\x03")
                await asyncio.sleep(0.1)  # a shell that is interrupted throws away what was typed meanwhile
                await self._process.write(b"exit\n")
