"""`can`: may I, and who could let me?"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from bot.core.action import DeskAction, Shown
from bot.core.effect import Effect, MayI
from bot.core.errors import UsageError


@dataclass(frozen=True)
class Can(DeskAction, verb="can", examples=("can exec checkout", "can scale deploy/web --replicas 3")):
    """Say whether you may use a verb on a target, which policy decides, and who can approve it. Nothing runs."""

    words: Annotated[
        tuple[str, ...], Parameter(help="a verb, then a target", allow_leading_hyphen=True), Shown("VERB [TARGET]")
    ] = ()

    def __post_init__(self) -> None:
        if not self.words:
            raise UsageError("`can` needs a verb", hint="Write `can exec checkout`.")

    def effect(self) -> Effect:
        return MayI(shlex.join(self.words))
