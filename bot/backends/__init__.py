"""The engines. Each folder is the only importer of its vendor's package; vendor errors become ours here.

Not here: policy, text for people beyond an error's line, anything about Slack.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.backends.absent import Absent
from bot.backends.docker import Docker
from bot.core.ports import Find


def connect(contexts: Mapping[str, tuple[str, str]]) -> dict[str, Find]:
    """An engine a context, by name, from its kind and host; nothing is dialled yet.

    Raises Misconfigured for a host that can't be read.
    """
    return {
        name: Docker(name, host) if kind == "docker" else Absent(name, kind) for name, (kind, host) in contexts.items()
    }
