"""A target and what is set on it: `deploy/web app=web:2 proxy=envoy:1`, as kubectl's `set` is typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Self

from cyclopts import Parameter

from bot.core.action import TARGET, Located, Shown
from bot.core.kinds import kind_of


@dataclass(frozen=True)
class Pairs(Located):
    """words: the target is the first that holds no `=` and ends in no `-`; kubectl's `deployment web` is one too."""

    words: Annotated[tuple[str, ...], Parameter(help=f"{TARGET}, then what is set"), Shown("[TARGET] NAME=VALUE…")] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        named = self.words[: len(self.words) - len(self.pairs)]
        if len(named) == 2 and kind_of(named[0]):
            return (f"{named[0]}/{named[1]}",)
        return named

    @property
    def pairs(self) -> tuple[str, ...]:
        """What is set, as typed."""
        first = next((at for at, word in enumerate(self.words) if "=" in word or word.endswith("-")), len(self.words))
        return self.words[first:]

    def pointed_at(self, target: str) -> Self:
        return replace(self, words=(target, *self.pairs))
