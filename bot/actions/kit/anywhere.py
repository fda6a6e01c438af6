"""`-A`: verbs that can be asked of all namespaces at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.core.action import Action, option
from bot.core.target import EVERYWHERE


@dataclass(frozen=True, kw_only=True)
class Anywhere(Action):
    """Looks in one namespace, or in all."""

    everywhere: Annotated[bool, option("--all-namespaces", "-A", help="of all namespaces")] = False

    @property
    def within(self) -> str:
        return EVERYWHERE if self.everywhere else self.namespace
