"""Variables that somebody sets for a command."""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.pattern import compiled

_VARIABLE = compiled(r"[A-Za-z_][A-Za-z0-9_.-]*=")


def check_variables(
    pairs: tuple[str, ...], what: str = "`--env`", hint: str = "Write `--env LOG_LEVEL=debug`."
) -> None:
    """Raises UsageError for one that isn't `NAME=value`; its value is not said again."""
    if bad := next((pair for pair in pairs if not _VARIABLE.match(pair)), ""):
        raise UsageError(f"{what} takes `NAME=value`, not", bad.partition("=")[0][:40], hint=hint)
