"""A card for an object of any kind."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups
from bot.core.facts.objects import OtherFacts


def describe(facts: OtherFacts, now: datetime) -> Groups:
    """What it is told to be, and how it is."""
    more = [("", f"{facts.more} more fields: `inspect` shows all of them")] if facts.more else []
    return [("Fields", [*facts.fields, *more])]
