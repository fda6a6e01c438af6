"""`use`: where a channel looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown
from bot.core.effect import Effect, UseScope


@dataclass(frozen=True)
class Use(DeskAction, verb="use", examples=("use", "use local", "use local/shop")):
    """Set the context, and its namespace, in which this channel looks up bare names.

    It is announced in the channel. Without a place it says which one is chosen and which there are.
    """

    place: Annotated[str, Parameter(help="context[/namespace]"), Shown("[CONTEXT[/NAMESPACE]]")] = ""

    def effect(self) -> Effect:
        return UseScope(self.place)
