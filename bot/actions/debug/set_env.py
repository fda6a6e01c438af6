"""`set env`: variables of the containers of a workload."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.kit.changing import NEEDS, RIGHTS, ContainersChange
from bot.actions.kit.pairs import Pairs
from bot.actions.kit.variables import check_variables
from bot.core.errors import UsageError
from bot.core.takes import one
from bot.core.wishes import WantedVariables


@dataclass(frozen=True, kw_only=True)
class SetEnv(
    ContainersChange,
    Pairs,
    verb="set env",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("set env deploy/web LOG_LEVEL=debug --for 30m", "set env deploy/web LOG_LEVEL- -c web"),
):
    """Set variables of a workload's containers, or take them out by `NAME-`; then follow the rollout."""

    def wish(self) -> WantedVariables:
        if not self.pairs:
            raise UsageError("`set env` needs NAME=VALUE, or NAME-", hint="Try `set env deploy/web LOG_LEVEL=debug`.")
        given = tuple(word for word in self.pairs if "=" in word)
        check_variables(given, "`set env`", "Write `set env deploy/web LOG_LEVEL=debug`.")
        gone = [word.removesuffix("-") for word in self.pairs if "=" not in word]
        if wrong := next((word for word in self.pairs if "=" not in word and not word.endswith("-")), ""):
            raise UsageError("neither NAME=VALUE nor NAME- is", wrong[:80], hint="See `help set env`.")
        values: dict[str, str | None] = {name: value for name, _, value in (word.partition("=") for word in given)}
        return WantedVariables(values | dict.fromkeys(gone), self.changed)
