"""The engines. Each folder is the only importer of its vendor's package; vendor errors become ours here.

Not here: policy, text for people beyond an error's line, anything about Slack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.backends.absent import Absent
from bot.backends.docker import Docker
from bot.core.ports.engines import Find


@dataclass(frozen=True)
class EngineAt:
    """Where an engine is: its kind, its host, and whether all in it is protected."""

    kind: str
    host: str
    protected: bool = False


def connect(contexts: Mapping[str, EngineAt]) -> dict[str, Find]:
    """An engine a context, by name; nothing is dialled yet. Raises Misconfigured for a host that can't be read."""
    return {name: _connected(name, at) for name, at in contexts.items()}


def _connected(name: str, at: EngineAt) -> Find:
    if at.kind == "docker":
        return Docker(name, at.host, protected=at.protected)
    return Absent(name, at.kind, protected=at.protected)
