"""`inspect`: everything the engine knows of one object."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from bot.actions.kit.documents import show
from bot.core.action import Inside, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.output import Lines, Output
from bot.core.paths import pick
from bot.core.ports.facts import InspectPort
from bot.core.redact import hide_settings
from bot.core.takes import one
from bot.core.target import Thing


@dataclass(frozen=True, kw_only=True)
class Inspect(
    Inside,
    TargetedAction,
    verb="inspect",
    takes=one("object", "image", "network"),
    needs=(InspectPort,),
    examples=(
        "inspect web",
        "inspect web --path .State.Pid",
        "inspect web --path .NetworkSettings",
        "inspect image/web:1",
        "inspect deploy/web -o yaml",
    ),
    rights=("get KIND",),
):
    """Show all that the engine knows of a container, image or network, or of any object of a cluster.

    As JSON on Docker, as YAML in a cluster. The values of settings that look secret are hidden.
    """

    path: Annotated[str, option("--path", help="only this part, as `.State.Pid` or `.Mounts[0]`")] = ""
    output: Annotated[str, option("--output", "-o", help="`yaml` or `json`"), Shown("FORMAT")] = ""

    def __post_init__(self) -> None:
        if self.output not in ("", "yaml", "json"):
            raise UsageError("the output formats are yaml and json, not", self.output, hint="`describe` is for people.")

    async def run(self, found: Thing, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(InspectPort)
        seen = await engine.inspect(found)
        yield Lines(await asyncio.to_thread(self._shown, seen, self.output or engine.form))

    def _shown(self, seen: Mapping[str, Any], form: str) -> bytes:
        known = hide_settings(seen)
        text = show(pick(known, self.path) if self.path else known, form)
        return text.encode("utf-8", "replace") + b"\n"
