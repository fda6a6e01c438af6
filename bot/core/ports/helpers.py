"""Helpers: containers of other images that cdebug starts beside one, in its namespaces, to look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.core.plan import Plan
from bot.core.powers import Wish
from bot.core.target import Container


@dataclass(frozen=True)
class HelperQuery:
    """image: as an engine pulls it. seconds: after which it ends by itself. volumes, environment: whether it has the
    target's.
    """

    image: str
    seconds: int
    wish: Wish = field(default_factory=Wish)
    volumes: bool = True
    environment: bool = False


@runtime_checkable
class HelpersPort(Protocol):
    async def plan_helper(self, container: Container, query: HelperQuery) -> Plan:
        """A plan that makes one container, which stays; all of its power is in the plan. It only reads, and asks the
        engine whether it would be admitted.

        Raises NotRunning, NotFound for its image, ForbiddenByCluster where no way is admitted.
        """

    def mark_of(self, container: Container) -> str:
        """What stands in the mounts of this container's processes, and of none beside it but a helper's."""
