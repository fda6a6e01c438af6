"""`--path .State.Pid`: a place in an engine's JSON, written as jq and Go templates write it."""

from __future__ import annotations

import difflib
import json
from typing import Any

import yaml

from bot.core.errors import UsageError
from bot.core.pattern import compiled

_STEP = compiled(r'\.?(?:\[(\d{1,9})\]|\["([^"]+)"\]|([A-Za-z0-9_\-/]+))')


def pick(value: Any, path: str) -> Any:
    """The part of `value` at `path`. Raises UsageError with the keys that are there instead.

    A leading `[0]` is passed over: docker inspect prints a list of one, and pasted paths start so.
    """
    at = 1 if path == "." else 0
    steps = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if not step or step.end() == at:
            raise UsageError(f"not a path at column {at + 1} of", path, hint="Write `.State.Pid` or `.Mounts[0]`.")
        key = int(step[1]) if step[1] else step[2] or step[3]
        if not (steps == 0 and key == 0 and isinstance(value, dict)):
            value = _enter(value, key, path[: step.end()])
        at, steps = step.end(), steps + 1
    return value


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


def show(value: Any, form: str = "json") -> str:
    """A scalar as it is, anything else as YAML or indented JSON."""
    if isinstance(value, str):
        return value
    if form == "yaml" and isinstance(value, dict | list):
        return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120).rstrip()
    return json.dumps(value, indent=2, ensure_ascii=False)
