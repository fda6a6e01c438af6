"""The verbs, one file each, in the folder of its layer. Found by looking; there is no list to edit.

Not here: Slack, vendors, what another verb does (shared steps are in `kit`).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from bot.core.action import Action, Layer


@cache
def catalog() -> tuple[type[Action], ...]:
    """Every verb that has a file, by layer and name."""
    verbs = []
    for layer in Layer:
        folder = f"{__name__}.{layer.value}"
        try:
            package = importlib.import_module(folder)
        except ModuleNotFoundError:
            continue
        for module in pkgutil.iter_modules(package.__path__, f"{folder}."):
            loaded = importlib.import_module(module.name)
            verbs += [
                thing
                for thing in vars(loaded).values()
                if isinstance(thing, type) and issubclass(thing, Action) and thing.__module__ == module.name
            ]
    return tuple(verb for verb in verbs if verb.verb)
