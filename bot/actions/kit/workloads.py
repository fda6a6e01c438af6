"""What makes pods, as a verb is pointed at it."""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.target import Container, Resource, Thing

ROLLED = ("deployment", "statefulset", "daemonset")
SCALED = ("deployment", "statefulset")


def workload_of(found: Thing, verb: str, kinds: tuple[str, ...] = ROLLED) -> Resource:
    """Raises UsageError for anything else, with what made it where that would do."""
    if isinstance(found, Resource) and found.kind in kinds:
        return found
    owner = found.owner if isinstance(found, Container | Resource) else ""
    hint = f"See `help {verb}`."
    if owner.partition("/")[0] in kinds:
        hint = f"Write `{verb} {owner}`, which made it."
    what = " or ".join((", ".join(kinds[:-1]), kinds[-1])).removeprefix(" or ")
    raise UsageError(f"`{verb}` takes a {what}, not", f"{found.kind}/{found.name}", hint=hint)


def name_of(thing: Thing) -> str:
    """As it is typed anywhere in its context."""
    return "/".join(filter(None, (thing.scope.namespace, thing.kind, thing.name)))
