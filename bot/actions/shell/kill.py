"""`kill`: end what a command of ours left running in a container."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.execution import RUN, outputs_of
from bot.core.action import Inside, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.takes import one
from bot.core.target import Container

_SIGNALS = frozenset({"TERM", "KILL", "INT", "HUP", "QUIT", "USR1", "USR2"})
# A text of ours; what people typed comes to it as arguments, which the shell does not read as program.
_SCRIPT = r"""
found=0
for folder in /proc/[0-9]*; do
  if tr '\0' '\n' < "$folder/environ" 2>/dev/null | grep -qxF "$1"; then
    pid=${folder#/proc/}
    [ "$pid" = "$$" ] || { kill -s "$2" "$pid" 2>/dev/null && found=$((found + 1)); }
  fi
done
echo "$found processes were sent SIG$2"
"""


@dataclass(frozen=True, kw_only=True)
class Kill(
    Inside,
    TargetedAction,
    verb="kill",
    takes=one("container"),
    needs=(ExecPort,),
    rights=("get pods", "get pods/exec"),
    examples=("kill web --run 9f2c41aa",),
):
    """End the processes that an `exec` or `sh` of cdebug left running in a container, by the run's mark.

    The engine can't end what was started through it, so a shell in the container is asked to.
    """

    mark: Annotated[str, option("--run", help="the mark that the stopped command named"), Shown("MARK")] = ""
    signal: Annotated[str, option("--signal", "-s", help="TERM, KILL, INT, …")] = "TERM"

    def __post_init__(self) -> None:
        if not (self.mark.isalnum() and self.mark.isascii()):
            raise UsageError("`kill` needs `--run` with a mark", hint="A stopped `exec` says which.")
        if self.signal not in _SIGNALS:
            raise UsageError("no such signal:", self.signal, hint=f"Choose one of {', '.join(sorted(_SIGNALS))}.")

    @property
    def lasting(self) -> str:
        return "what the killed processes were doing"

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(ExecPort)
        query = ExecQuery(("sh", "-c", _SCRIPT, "sh", f"{RUN}={self.mark}", self.signal))
        async with aclosing(outputs_of(engine, found, query)) as outputs:
            async for output in outputs:
                yield output
