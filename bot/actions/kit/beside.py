"""Standing beside a container, in its namespaces: where its files are, and whether it is still the same one.

Sources: proc(5), `/proc/PID/root` and `/proc/PID/mountinfo`; ptrace(2) says who may read them.
"""

from __future__ import annotations

from contextlib import aclosing

from bot.core.bench import Bench
from bot.core.errors import NotFound
from bot.core.output import Note
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.facts import FactsPort
from bot.core.ports.helpers import HelpersPort
from bot.core.target import Container

_SAID = 1_000
# A text of ours; what it looks for comes as an argument. A process of the target has other mounts than this shell.
_LOOK = r"""
own=$(readlink /proc/self/ns/mnt)
[ "$(readlink /proc/1/ns/mnt 2>/dev/null)" = "$own" ] && { echo apart; exit; }
for folder in /proc/[0-9]*; do
  [ "$(readlink "$folder/ns/mnt" 2>/dev/null)" = "$own" ] && continue
  grep -qF "$1" "$folder/mountinfo" 2>/dev/null || continue
  ls "$folder/root/" >/dev/null 2>&1 && { echo "sees ${folder#/proc/}"; exit; }
done
echo shut
"""


async def place_of(bench: Bench, helper: Container, target: Container) -> Note:
    """Where the target's files are for the helper, or why they can't be read. Raises what exec raises."""
    asked = ExecQuery(("sh", "-c", _LOOK, "sh", bench.port(HelpersPort).mark_of(target)))
    said = b""
    async with bench.port(ExecPort).exec(helper, asked) as process, aclosing(process.output()) as output:
        async for stream, chunk in output:
            said = (said + chunk)[-_SAID:] if stream == "out" else said
    return Note(_place(said.decode("utf-8", "replace").split(), target), aside=True)


def _place(said: list[str], target: Container) -> str:
    match said:
        case ["sees", pid] if pid.isascii() and pid.isdigit():
            return f"The files of `{target.name}` are under `/proc/{pid}/root`; its processes are seen from here."
        case ["apart"]:
            return f"It does not stand beside `{target.name}`: neither its processes nor its files are seen from here."
        case ["shut"]:
            return (
                f"The processes of `{target.name}` are seen, and its files can't be read as this user:"
                " `--as UID` takes the user that it runs as, `--profile general` reads those of any."
            )
    return f"Where the files of `{target.name}` are can't be told: this image has no shell that looks for them."


async def has_ended(bench: Bench, target: Container) -> bool:
    """Whether it ended since the run began, and was started anew perhaps: what stood beside it ended with it."""
    try:
        state = (await bench.port(FactsPort).facts(target)).state
    except NotFound:
        return True
    return state.word != "running" or (state.started is not None and state.started > bench.now)
