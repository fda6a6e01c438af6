"""What a container of cdebug's says of who made it: an ephemeral one has no labels, so it stands in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.ledger import LABEL, MadeObject

Json = Mapping[str, Any]
MANAGER = "cdebug"  # in whose name fields are set; source: Kubernetes documentation, "Server-Side Apply", managers
_PREFIX = "cdebug."  # a slash is no part of a variable's name


def variable_of(entry: MadeObject) -> str:
    """What the environment of each of its processes holds, and of no other's."""
    return f"{LABEL.replace('/', '.')}={entry.id}"


def marked(spec: Json, entry: MadeObject) -> dict[str, Any]:
    """With what its labels would be."""
    marks = [{"name": name.replace("/", "."), "value": value} for name, value in entry.labels.items()]
    return {**spec, "env": [*(spec.get("env") or ()), *marks]}


def unmarked(spec: Json) -> dict[str, Any]:
    """The same without."""
    env = [it for it in spec.get("env") or () if not it["name"].startswith(_PREFIX)]
    return {**{name: value for name, value in spec.items() if name != "env"}, **({"env": env} if env else {})}


def labels_of(spec: Json) -> dict[str, str]:
    """What it says, true or not."""
    env = (it for it in spec.get("env") or () if it["name"].startswith(_PREFIX))
    return {it["name"].replace(".", "/", 1): str(it.get("value") or "") for it in env}


def is_made(spec: Json) -> bool:
    """Whether it says that cdebug made it."""
    return bool(labels_of(spec).get(LABEL))
