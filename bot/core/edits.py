"""How one JSON object becomes another, place by place: so it can be shown, tested before it is done, and undone.

Items of a list that have names of their own are found by them, wherever they stand; any other list is one value.
Sources: RFC 6901, JSON Pointer; RFC 6902, JSON Patch.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """One place: what is there, and what will be; None for nothing. at: where in its list an item is, or was."""

    place: tuple[str, ...]
    old: Any = None
    new: Any = None
    at: int = -1

    @property
    def inverse(self) -> Edit:
        """What undoes it."""
        return replace(self, old=self.new, new=self.old)

    def __str__(self) -> str:
        """Its place, as `spec.template.spec.containers.web.image`."""
        plain = (part if "." not in part and "/" not in part else f"[{part}]" for part in self.place)
        return ".".join(plain).replace(".[", "[")

    def to_json(self) -> list[Any]:
        return [list(self.place), self.old, self.new, self.at]

    @classmethod
    def from_json(cls, known: Any) -> Edit:
        """The inverse. Raises ValueError or TypeError for what is none."""
        place, old, new, at = known
        return cls(tuple(map(str, place)), old, new, int(at))


def undoing(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """What undoes all of them: in a list what came goes first, so that what went finds the place where it was."""
    return tuple(sorted((edit.inverse for edit in edits), key=lambda edit: edit.new is not None))


def differences(before: Any, after: Any, place: tuple[str, ...] = ()) -> Iterator[Edit]:
    """The edits that make one of the other; in a list what goes is first, then what comes, from the left."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from differences(before.get(name), after.get(name), (*place, name))
    elif _is_named(before) and _is_named(after) and _kept(before, after) == _kept(after, before):
        yield from _of_items(before, after, place)
    else:
        yield Edit(place, before, after)


def _of_items(before: list[Json], after: list[Json], place: tuple[str, ...]) -> Iterator[Edit]:
    ours, theirs = _by_name(before), _by_name(after)
    for name in dict.fromkeys((*ours, *theirs)):
        at, old = ours.get(name, (-1, None))
        there, new = theirs.get(name, (-1, None))
        if old is None or new is None:
            yield Edit((*place, name), old, new, max(at, there))
        else:
            yield from differences(old, new, (*place, name))


def _is_named(value: Any) -> bool:
    """Whether each item is found by its name, and by it alone."""
    if not isinstance(value, list) or not all(
        isinstance(it, Mapping) and isinstance(it.get("name"), str) for it in value
    ):
        return False
    return len({it["name"] for it in value}) == len(value)


def _by_name(items: list[Json]) -> dict[str, tuple[int, Json]]:
    return {it["name"]: (at, it) for at, it in enumerate(items)}


def _kept(these: list[Json], others: list[Json]) -> list[str]:
    """The names that both have, in the order of the first."""
    known = {it["name"] for it in others}
    return [it["name"] for it in these if it["name"] in known]


def value_at(seen: Any, place: Iterable[str]) -> Any:
    """What is there; None for nothing."""
    for part in place:
        if isinstance(seen, Mapping):
            seen = seen.get(part)
        elif _is_named(seen):
            seen = _by_name(seen).get(part, (-1, None))[1]
        else:
            return None
    return seen


def overtaken(seen: Json, edits: Iterable[Edit]) -> list[Edit]:
    """Those that don't find what they expect, or nothing around it."""
    return [
        edit
        for edit in edits
        if value_at(seen, edit.place) != edit.old or not isinstance(value_at(seen, edit.place[:-1]), Mapping | list)
    ]


def operations(seen: Json, edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """The edits as a JSON Patch of this object, each behind a test of what it expects to find.

    Raises TypeError for one that finds nothing around its place.
    """
    draft, found = copy.deepcopy(dict(seen)), list[dict[str, Any]]()
    for edit in edits:
        found += _operation(draft, edit)
    return found


def _operation(draft: dict[str, Any], edit: Edit) -> Iterator[dict[str, Any]]:
    """One edit, done on the draft too: places in lists move with each."""
    around = value_at(draft, edit.place[:-1])
    key = _key(around, edit)
    path = f"{_pointer(draft, edit.place[:-1])}/{_escaped(str(key))}"
    if edit.old is not None or isinstance(key, str):  # what will be put into a list has no place that could be tested
        yield {"op": "test", "path": path, "value": edit.old}
    if edit.new is None:
        yield {"op": "remove", "path": path}
        del around[key]
    elif edit.old is None:
        yield {"op": "add", "path": path, "value": edit.new}
        around.insert(key, edit.new) if isinstance(around, list) else around.update({key: edit.new})
    else:
        yield {"op": "replace", "path": path, "value": edit.new}
        around[key] = edit.new


def _key(around: Any, edit: Edit) -> Any:
    """Where it is, or will be, in what is around it: a number in a list."""
    last = edit.place[-1]
    if isinstance(around, dict):
        return last
    if not isinstance(around, list):
        raise TypeError(f"nothing is around {edit}")
    return _by_name(around)[last][0] if edit.old is not None else min(edit.at, len(around))


def _pointer(seen: Any, place: Iterable[str]) -> str:
    pointer = ""
    for part in place:
        at = str(_by_name(seen)[part][0]) if isinstance(seen, list) else _escaped(part)
        pointer += f"/{at}"
        seen = value_at(seen, (part,))
    return pointer


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
