"""What an exit status means, in the words of somebody who has seen it before.

Sources: wait(2) (128 + signal), POSIX shell (126, 127); for reasons, kubelet and CRI (ContainerStatus.reason).
"""

from __future__ import annotations

import signal

from bot.core.facts.containers import ContainerState

_KILLED = 128 + signal.SIGKILL
_MEANINGS = {
    0: "exited by itself, without an error",
    1: "the program reported an error: its log says which",
    2: "wrong use: often a bad flag or a shell syntax error",
    126: "it could not be executed: it isn't executable, or its user or working directory doesn't exist",
    127: "the command was not found: check its name and the image's PATH",
}


_REASONS = {
    "StartError": "the runtime could not start it",
    "ContainerCannotRun": "the runtime could not start it",
    "DeadlineExceeded": "it ran longer than its activeDeadlineSeconds",
    "ContainerStatusUnknown": "nobody knows how it ended: its node lost track of it",
}
_OOM = "OOM killed: it exceeded its memory limit"
_ENDED = ("exited", "dead", "restarting")


def ending(state: ContainerState) -> str:
    """One clause: why it ended. The engine's reason comes first; what the status means, where it gives none."""
    if state.reason in _REASONS:
        return _REASONS[state.reason]
    if state.oom_killed and state.exit_code == _KILLED:
        return _OOM
    if state.oom_killed:
        return f"a process in it was {_OOM}; its main process then ended: {meaning(state.exit_code)}"
    return meaning(state.exit_code)


def meaning(code: int) -> str:
    """One clause: why a process that ended with this status most likely did."""
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
        "SIGKILL": (
            "killed from outside: by `kill -9`, by a stop or failed liveness probe that it didn't react to in time, or"
            " because the machine ran out of memory"
        ),
        "SIGTERM": "terminated by SIGTERM, as on a stop or a rollout",
        "SIGSEGV": "it crashed with a segmentation fault",
        "SIGABRT": "it aborted (SIGABRT): a failed assertion or a corrupted heap",
        "SIGINT": "interrupted, as by Ctrl-C",
    }
    return f"{name}: {hints[name]}" if name in hints else f"ended by {name}"


def describe_state(state: ContainerState) -> str:
    """`exited (137), OOM killed …` for what ended; the plain state for what runs."""
    if state.word in _ENDED:
        return f"{state.word} ({state.exit_code}), {ending(state)}"
    if _never_started(state):
        return f"{state.word} ({state.exit_code}), the engine could not start it"
    return f"{state.word}; a process in it was {_OOM}" if state.oom_killed else state.word


def has_status(state: ContainerState) -> bool:
    """Whether it ended, or the engine could not start it: then a list shows its status beside the word."""
    return state.word in _ENDED or _never_started(state)


def _never_started(state: ContainerState) -> bool:
    return state.word == "created" and bool(state.exit_code or state.message)
