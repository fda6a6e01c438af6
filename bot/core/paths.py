"""`--path .State.Pid`, `--sort-by .status.startTime`: a place in an engine's JSON, as jq and Go templates write it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from bot.core.errors import UsageError
from bot.core.pattern import compiled

_STEP = compiled(r'\.?(?:\[(\d{1,9})\]|\["([^"]+)"\]|([A-Za-z0-9_\-/]+))')


def check_path(path: str) -> None:
    """Raises UsageError for what is no path."""
    for _ in _steps(path):
        pass


def pick(value: Any, path: str) -> Any:
    """The part of `value` at `path`. Raises UsageError with the keys that are there instead.

    A leading `[0]` is passed over: docker inspect prints a list of one, and pasted paths start so.
    """
    for number, (key, end) in enumerate(_steps(path)):
        if not (number == 0 and key == 0 and isinstance(value, dict)):
            value = _enter(value, key, path[:end])
    return value


def _steps(path: str) -> Iterator[tuple[str | int, int]]:
    """Each key, and where it ends. Raises UsageError."""
    at = 1 if path == "." else 0
    while at < len(path):
        step = _STEP.match(path, at)
        if not step or step.end() == at:
            raise UsageError(f"not a path at column {at + 1} of", path, hint="Write `.State.Pid` or `.Mounts[0]`.")
        at = step.end()
        yield int(step[1]) if step[1] else step[2] or step[3], at


def _enter(value: Any, key: str | int, here: str) -> Any:
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    if isinstance(value, dict):
        near = difflib.get_close_matches(str(key), value, n=1, cutoff=0.5)
        hint = f"Did you mean `{near[0]}`?" if near else f"Choose one of {', '.join(list(value)[:20])}."
        raise UsageError("nothing is at", here, hint=hint)
    if isinstance(value, list):
        raise UsageError("nothing is at", here, hint=f"The list has {len(value)} entries, counted from 0.")
    raise UsageError("nothing is at", here, hint="What is before it has no parts.")
