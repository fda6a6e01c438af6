"""Which port a verb needs: the annotation of `engine` in its `run`."""

from __future__ import annotations

import typing
from collections.abc import Hashable
from functools import cache
from typing import Any

from bot.core.action import Action, InteractiveAction
from bot.core.errors import Unsupported
from bot.core.ports.engines import Find


def _method(verb: type[Action]) -> Hashable:
    return verb.talk if issubclass(verb, InteractiveAction) else verb.run


@cache
def _annotated(run: Hashable) -> Any:
    return typing.get_type_hints(run)["engine"]


def port_needed(verb: type[Action], engine: Find) -> Any:
    """The engine, once it is known to have what the verb needs. Raises Unsupported."""
    port = _annotated(_method(verb))
    if not isinstance(engine, port):
        raise Unsupported(
            f"`{verb.verb}` can't be done on the {engine.scope.engine} context", engine.scope.context,
            hint="`use` shows which other contexts there are.",
        )  # fmt: skip
    return engine
