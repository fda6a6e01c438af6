"""Standing beside a container, in its namespaces: where its files are, and whether it is still the same one.

Sources: proc(5), `/proc/PID/root` and `/proc/PID/mountinfo`; ptrace(2) says who may read them.
"""

from __future__ import annotations

import shlex
from contextlib import aclosing

from bot.core.action import Located
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


ROOT = "TARGET_ROOT"  # the variable that says where the target's files are


def as_debug(action: Located, *argv: str) -> str:
    """The same by `debug`, as one types it: where, beside what, and what to run there."""
    where = [("--namespace", action.namespace), ("--container", action.part), ("--selector", action.selector)]
    flags = [word for flag, value in where if value for word in (flag, value)]
    return shlex.join(["debug", *action.targets, *flags, *(["--", *argv] if argv else [])])


def under_root(program: str, path: str) -> tuple[str, ...]:
    """A program on a path of the target. The shell reads where that is, and nothing of the path."""
    return ("sh", "-c", f'{program} "${ROOT}/$1"', "sh", path.lstrip("/"))


async def place_of(bench: Bench, helper: Container, target: Container) -> tuple[str, Note]:
    """Where the target's files are for the helper, nothing where they can't be read, and what there is to say of it.
    Raises what exec raises.
    """
    asked = ExecQuery(("sh", "-c", _LOOK, "sh", bench.port(HelpersPort).mark_of(target)))
    said = b""
    async with bench.port(ExecPort).exec(helper, asked) as process, aclosing(process.output()) as output:
        async for stream, chunk in output:
            said = (said + chunk)[-_SAID:] if stream == "out" else said
    match said.decode("utf-8", "replace").split():
        case ["sees", pid] if pid.isascii() and pid.isdigit():
            root = f"/proc/{pid}/root"
            text = f"The files of `{target.name}` are under `{root}` (`${ROOT}`); its processes are seen from here."
            return root, Note(text, aside=True)
        case words:
            return "", Note(_unplaced(words, target), aside=True)


def _unplaced(said: list[str], target: Container) -> str:
    match said:
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
