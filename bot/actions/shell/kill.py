"""`kill`: end what a command of ours left running in a container."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.execution import outputs_of
from bot.actions.kit.marks import OF_RUN, variable
from bot.core.action import Inside, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Output
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.takes import one
from bot.core.target import Container

_SIGNALS = frozenset({"TERM", "KILL", "INT", "HUP", "QUIT", "USR1", "USR2"})
_SCRIPT = f"""{OF_RUN}
found=0
for pid in $(of_run "$1"); do
  kill -s "$2" "$pid" 2>/dev/null && found=$((found + 1))
done
if [ "$found" = 1 ]; then echo "1 process was sent SIG$2"; else echo "$found processes were sent SIG$2"; fi
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

    Stop ends them by itself where a shell in the container can; this tries again, with any signal.
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

    def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        query = ExecQuery(("sh", "-c", _SCRIPT, "sh", variable(self.mark), self.signal))
        return outputs_of(bench, found, query)
