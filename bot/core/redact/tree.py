"""An engine's JSON with the values of secret-looking settings hidden, in whichever way it pairs them with a name."""

from __future__ import annotations

import json
from typing import Any

from bot.core.redact.names import rank
from bot.core.redact.redactor import HIDDEN
from bot.core.redact.values import is_placeholder, looks_random

_DEEPEST = 100


def hide_settings(value: Any, depth: int = 0) -> Any:
    """As a mapping, as `NAME=value`, as `{name: …, value: …}`, as a flag and its value in a list of words; also in JSON
    that stands in a string, as annotations hold it. What is nested too deep to be read is hidden whole.
    """
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        hidden = {k: HIDDEN if _is_secret(k, v) else hide_settings(v, depth + 1) for k, v in value.items()}
        named = value.get("name")
        if isinstance(named, str) and _is_secret(named, value.get("value")):
            hidden["value"] = HIDDEN
        return hidden
    if isinstance(value, list):
        return [_hide_item(before, item, depth) for before, item in zip((None, *value), value, strict=False)]
    return _hide_inside(value, depth) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _hide_item(before: Any, item: Any, depth: int) -> Any:
    if not isinstance(item, str):
        return hide_settings(item, depth + 1)
    if (
        isinstance(before, str)
        and before.startswith("-")
        and "=" not in before
        and _is_secret(before.lstrip("-"), item)
    ):
        return HIDDEN
    return _hide_pair(item, depth)


def _hide_inside(text: str, depth: int) -> str:
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return text
    hidden = hide_settings(known, depth + 1)
    return text if hidden == known else json.dumps(hidden)


def _is_secret(name: str, value: Any) -> bool:
    if not isinstance(value, str) or is_placeholder(value.encode("utf-8", "replace")):
        return False
    kind = rank(name.rpartition("/")[2])
    if kind == "weak":
        return looks_random(value.encode("utf-8", "replace"))
    return kind in ("secret", "header")


def _hide_pair(item: str, depth: int) -> str:
    name, equals, value = item.partition("=")
    if equals and len(name) <= 200 and _is_secret(name.lstrip("-"), value):
        return f"{name}={HIDDEN}"
    return _hide_inside(item, depth) if item[:1] in ("{", "[") else item
