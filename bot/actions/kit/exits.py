"""What an exit status means, in the words of somebody who has seen it before.

Sources: wait(2) (128 + signal), POSIX shell (126, 127), docker run's manual (125).
"""

from __future__ import annotations

import signal

from bot.core.ports.engines import Detail

_MEANINGS = {
    0: "ended by itself, without an error",
    1: "the program reported an error: its log says which",
    2: "wrong use: often a bad flag or a shell syntax error",
    125: "the engine could not create it",
    126: "the command was found and may not be executed",
    127: "the command was not found: check its name and PATH in the image",
}


def meaning(code: int, *, oom_killed: bool = False) -> str:
    """One clause: why a process that ended with this status most likely did."""
    if oom_killed:
        return "killed for memory: it went over its limit"
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
        "SIGKILL": "killed from outside: by `kill -9`, a stop that timed out, or the machine's own memory running out",
        "SIGTERM": "asked to stop, as a stop or a rollout does",
        "SIGSEGV": "it crashed: an access to memory that isn't its own",
        "SIGABRT": "it aborted itself: an assertion or a corrupted heap",
        "SIGINT": "interrupted, as by Ctrl-C",
    }
    return f"{name}: {hints[name]}" if name in hints else f"ended by {name}"


def describe_state(detail: Detail) -> str:
    """`exited (137), killed for memory …` for what ended; the plain state for what runs."""
    state = detail.container.state
    if state in ("exited", "dead", "restarting"):
        return f"{state} ({detail.exit_code}), {meaning(detail.exit_code, oom_killed=detail.oom_killed)}"
    return state
