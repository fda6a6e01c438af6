"""A pasted `docker …` or `kubectl …` line, as the cdebug words that mean the same.

In a pasted line a letter means what that tool means by it: `-n 5` is `--tail 5` in `docker logs`. Each command has a
table of all its flags: what can't be said here is refused with what to type instead, and nothing is left out silently.
A command without a table is refused, too: `docker stop web` is no `stop`.
"""

from __future__ import annotations

from bot.core.paste import docker, kubectl
from bot.core.paste.page import page

__all__ = ["TOOLS", "page", "understand"]

TOOLS = {"docker": docker.DOCKER, "docker-compose": docker.COMPOSE, "kubectl": kubectl.KUBECTL}

# What is typed as two words and meant as a verb and a flag.
_SPELT = {"top node": ["stats", "--nodes"], "top nodes": ["stats", "--nodes"]}


def understand(words: list[str]) -> list[str]:
    """The words after the verb they name was translated; other words come back as they are. Raises UsageError for a
    pasted line that means nothing here.
    """
    if words and (tool := TOOLS.get(words[0])):
        return tool.translate(words[1:])
    spelt = _SPELT.get(" ".join(words[:2]))
    return [*spelt, *words[2:]] if spelt else words
