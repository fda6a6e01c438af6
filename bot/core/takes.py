"""What a verb is pointed at: how many things, of which kinds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Takes:
    """kinds: `container` (in a cluster one of a pod), `object` (a container, in a cluster an object of any kind),
    `image`, `network`; none for a verb that reaches no engine.
    many: any number, and all there are where nothing is named. merged: a workload's containers count as one.
    listed: in a cluster with the row that a list shows of each. anew: it ignores what its thread is about, and leaves
    that unchanged. gone: what is no more, too, as long as it is remembered; with nothing named the whole place.
    """

    kinds: frozenset[str] = frozenset()
    many: bool = False
    merged: bool = False
    listed: bool = False
    anew: bool = False
    gone: bool = False

    @property
    def only(self) -> str:
        """Its kind, where it is of one."""
        return next(iter(self.kinds)) if len(self.kinds) == 1 else ""


NOTHING = Takes()


def one(*kinds: str, merged: bool = False) -> Takes:
    """One thing; several that match become a menu."""
    return Takes(frozenset(kinds), merged=merged)


def many(*kinds: str, listed: bool = False, anew: bool = False, gone: bool = False) -> Takes:
    """Any number of things, of what is named or of all there are."""
    return Takes(frozenset(kinds), many=True, listed=listed, anew=anew, gone=gone)
