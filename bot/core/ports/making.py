"""Making objects on an engine, finding what was made there, and removing it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bot.core.ledger import MadeObject
from bot.core.target import Container, NewObject


@runtime_checkable
class MakingPort(Protocol):
    """Whoever makes something has written it down first."""

    async def make(self, thing: NewObject, entry: MadeObject) -> Container:
        """Create and start what was planned, with the entry's labels. Raises NotRunning where the name is taken,
        NotFound for its image; nothing is left behind then.
        """

    async def standing(self, thing: NewObject) -> tuple[Container, MadeObject] | None:
        """What runs under its name exactly as planned, with what its labels say, whoever wrote them.

        Raises NotRunning where what has the name is anything else.
        """

    async def made(self) -> list[tuple[Container, MadeObject]]:
        """All that carries cdebug's labels on this engine, whoever wrote them, and may be seen; with what they say."""

    async def unmake(self, entry: MadeObject) -> bool:
        """Remove what carries the entry's label and name, and nothing else; False where nothing does."""
