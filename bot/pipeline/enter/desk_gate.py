"""Whether somebody may use a verb of the desk, typed or as the button that stands for it: decided here, and on record.

Save → save      Filter → grep      Again → again      Stop → stop
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.acts import TypedCommand
from bot.core.errors import Denied
from bot.core.policy import Allow
from bot.core.target import Found, Scope
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.trail import Trail, told


class Gate:
    """One decision for every way in: a button is never weaker or stronger than its word."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def desk(self) -> Scope:
        """Where a verb that reaches nothing is decided: what the default context protects is not in question."""
        return replace(self._parts.engines[self._parts.default.context].scope, protected=False)

    async def check(self, visit: Visit, verb: str, words: str, about: Sequence[Found] = ()) -> None:
        """On the place, or on what it is about. Raises Denied; Unavailable where the audit can't be written.

        words: the command as people may read it.
        """
        decisions = [visit.decide(verb, it) for it in about or (self.desk(),)]
        refusal = next((decision for decision in decisions if not isinstance(decision, Allow)), None)
        trail = Trail.of(self._parts, visit, words, words="" if isinstance(visit.request.act, TypedCommand) else verb)
        found = about[0] if len(about) == 1 else None
        await trail.write(trail.entry("refused" if refusal else "ran", told(refusal or decisions[0]), found))
        if refusal:
            hint = "A responder can." if verb == "use" else "Try another channel."
            denied = Denied(f"you may not use `{verb}` here", why=getattr(refusal, "why", ""), hint=hint)
            denied.recorded = True
            raise denied
