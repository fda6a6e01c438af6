"""Ending what was started in a container: every process of a run carries its mark, a variable.

The engines have no call that ends an exec (moby issue 35703, kubernetes issue 89899), so a shell in the container is
asked to, as the user who started it. Whether it did is the engine's to say: what a container says of itself proves
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from contextlib import aclosing

from bot.core.ports.exec import ExecPort, ExecQuery, Process
from bot.core.target import Container

RUN = "CDEBUG_RUN"
_SCRIPT_S, _STATUS_S = 3.0, 1.5
_SAID = 1_000
# Texts of ours; what people typed comes to them as arguments, which the shell does not read as program.
OF_RUN = r"""
of_run() {
  for folder in /proc/[0-9]*; do
    if tr '\0' '\n' < "$folder/environ" 2>/dev/null | grep -qxF "$1"; then echo "${folder#/proc/}"; fi
  done
}
"""
_END = f"""{OF_RUN}
end() {{
  running=$(of_run "$1")
  [ -n "$running" ] || return
  echo found
  kill -s TERM $running 2>/dev/null
  for turn in 1 2 3 4 5; do
    sleep 0.1 2>/dev/null || sleep 1
    running=$(of_run "$1")
    [ -n "$running" ] || return
  done
  kill -s KILL $running 2>/dev/null
}}
end "$1"
echo over
"""


def new_mark() -> str:
    return secrets.token_hex(4)


def variable(mark: str) -> str:
    """What each process of a run has in its environment."""
    return f"{RUN}={mark}"


async def end(engine: ExecPort, container: Container, query: ExecQuery, process: Process, mark: str) -> str:
    """End what is left of a run, and say what became of it; nothing where it had ended by itself."""
    program = query.argv[0]
    found = False
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_SCRIPT_S):
            found = await _asked_to_end(engine, container, query.user, mark)
    if await _has_ended(process):
        return f"`{program}` was still running, and was ended." if found else ""
    inside = f" -c {container.container}" if container.others else ""
    if container.helper:
        name = container.container or container.name
        return f"`{program}` may still run in the debug container: `clean {name}` ends that."
    return (
        f"`{program}` may still run in the container: the engine can't end what it started there, and no shell in"
        f" the container could. `kill {container.name}{inside} --run {mark}` tries again."
    )


async def _asked_to_end(engine: ExecPort, container: Container, user: str, mark: str) -> bool:
    """Whether a shell in the container found something to end."""
    script = ExecQuery(("sh", "-c", _END, "sh", variable(mark)), user=user)
    said = b""
    async with engine.exec(container, script) as process, aclosing(process.output()) as output:
        async for stream, chunk in output:
            said = (said + chunk)[-_SAID:] if stream == "out" else said
            if b"over" in said.split():  # Docker ends this stream only once what the other one had to say was taken
                break
    return b"found" in said.split()


async def _has_ended(process: Process) -> bool:
    """In a cluster its status comes behind what it had still to say, which nobody waits for any more."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_STATUS_S):
            if await process.status() is not None:
                return True
            async with aclosing(process.output()) as output:
                async for _ in output:
                    pass
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_STATUS_S):
            return await process.status() is not None
    return False
