"""What a record is about, as far as it is kept: who each object was, and of its labels those that policy looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.target import (
    Container,
    Found,
    Image,
    Network,
    NewObject,
    Node,
    Objects,
    Resource,
    Scope,
    Thing,
    things_of,
)

MOST_RECORDED, MOST_MENTIONED = 100, 2_000
_LONGEST_LABEL = 256


@dataclass(frozen=True)
class Subject:
    """What was decided on. labels: those that the policy of that moment named, None where that isn't known.

    more: how many objects there were beyond the ones that are kept.
    """

    found: Found
    labels: frozenset[str] | None = None
    more: int = 0

    def is_whole(self, labels: frozenset[str]) -> bool:
        """Whether all that was decided on is there, with each label that a policy names now."""
        return not self.more and (self.labels is None or labels <= self.labels)


def subject_of(
    found: Found, labels: frozenset[str], redacted: Callable[[str], str], most: int = MOST_RECORDED
) -> Subject:
    """What is kept of it; of a list, the first ones."""
    things = things_of(found)
    kept = tuple(_reduced(thing, labels, redacted) for thing in things[:most])
    if isinstance(found, Scope):
        return Subject(found, labels)
    return Subject(
        Objects(found.scope, kept) if isinstance(found, Objects) else kept[0], labels, len(things) - len(kept)
    )


def _reduced(thing: Thing, labels: frozenset[str], redacted: Callable[[str], str]) -> Thing:
    """Its identity, and its labels that count."""
    known = {name: redacted(str(value))[:_LONGEST_LABEL] for name, value in thing.labels.items() if name in labels}
    match thing:
        case Container():
            identity = Container(thing.scope, thing.id, thing.name, thing.image, state=thing.state)
            return replace(identity, container=thing.container, labels=known)
        case Resource():
            return Resource(thing.scope, thing.kind, thing.name, thing.id, labels=known)
        case Node():
            return Node(thing.scope, thing.name, known, thing.id)
        case NewObject():
            return NewObject(thing.scope, thing.name, labels=known, kind=thing.kind)
        case Image() | Network():
            return replace(thing, labels=known)
