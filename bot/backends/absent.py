"""A context whose engine this version can't speak to: it is listed, and says so when it is asked."""

from __future__ import annotations

from bot.core.action import Wants
from bot.core.errors import Unsupported
from bot.core.ports.engines import Sees
from bot.core.target import Candidates, Scope, TargetRef


class Absent:
    """Answers every question with the same line."""

    def __init__(self, name: str, engine: str, *, protected: bool = False) -> None:
        self.scope = Scope(name, engine, protected=protected)

    def seen_by(self, sees: Sees) -> Absent:
        """Nothing is there to be seen."""
        return self

    async def find(self, ref: TargetRef, wants: Wants) -> Candidates:
        raise self._error()

    async def ping(self) -> str:
        raise self._error()

    async def close(self) -> None:
        """Nothing was opened."""

    def _error(self) -> Unsupported:
        return Unsupported(
            f"cannot look into `{self.scope.context}`",
            why=f"this version speaks to docker, not to {self.scope.engine}",
            hint="`use` shows the other contexts.",
        )
