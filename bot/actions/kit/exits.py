"""What an exit status means, in the words of somebody who has seen it before.

Sources: wait(2) (128 + signal), POSIX shell (126, 127), docker run's manual (125).
"""

from __future__ import annotations

import signal

from bot.core.facts.containers import ContainerState

_MEANINGS = {
    0: "exited by itself, without an error",
    1: "the program reported an error: its log says which",
    2: "wrong use: often a bad flag or a shell syntax error",
    125: "the engine could not create it",
    126: "the command was found but can't be executed",
    127: "the command was not found: check its name and the image's PATH",
}


def meaning(code: int, *, oom_killed: bool = False) -> str:
    """One clause: why a process that ended with this status most likely did."""
    if oom_killed:
        return "OOM killed: it exceeded its memory limit"
    if code in _MEANINGS:
        return _MEANINGS[code]
    if 128 < code < 128 + 65:
        return _signal(code - 128)
    return "the program's own status: its documentation says what it means"


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"ended by signal {number}"
    hints = {
        "SIGKILL": "killed from outside: by `kill -9`, a stop that timed out, or because the machine ran out of memory",
        "SIGTERM": "terminated by SIGTERM, as on a stop or a rollout",
        "SIGSEGV": "it crashed with a segmentation fault",
        "SIGABRT": "it aborted (SIGABRT): a failed assertion or a corrupted heap",
        "SIGINT": "interrupted, as by Ctrl-C",
    }
    return f"{name}: {hints[name]}" if name in hints else f"ended by {name}"


def describe_state(state: ContainerState) -> str:
    """`exited (137), OOM killed …` for what ended; the plain state for what runs."""
    if state.word in ("exited", "dead", "restarting"):
        return f"{state.word} ({state.exit_code}), {meaning(state.exit_code, oom_killed=state.oom_killed)}"
    return state.word
