"""`clean`: what cdebug made, and away with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from cyclopts import Parameter

from bot.core import effect
from bot.core.action import DeskAction, Shown, option
from bot.core.effect import Effect
from bot.core.errors import UsageError


@dataclass(frozen=True)
class Clean(DeskAction, verb="clean", examples=("clean", "clean cdebug-web-1c2d3e4f", "clean --mine")):
    """List what cdebug made and what of it still runs: for whom, where, until when. Named ones are removed.

    Your own are yours to remove; somebody else's are removed by whoever may approve such a one.
    """

    names: Annotated[tuple[str, ...], Parameter(help="what to remove, as `clean` lists it"), Shown("[NAME…]")] = ()
    mine: Annotated[bool, option("--mine", help="remove all that was made for you")] = field(
        default=False, kw_only=True
    )

    def __post_init__(self) -> None:
        if self.names and self.mine:
            raise UsageError("`--mine` is all of yours: it takes no names")

    def effect(self) -> Effect:
        return effect.CleanUp(self.names, self.mine)
