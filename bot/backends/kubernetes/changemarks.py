"""What a workload says of a change that is to be undone: a label by which it is found, and annotations with the rest.

They are written and taken off in the same patch as the change itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.edits import Edit, differences
from bot.core.ledger import LABEL, LABELS, MadeObject
from bot.core.target import Resource

Json = Mapping[str, Any]
UNDO = "cdebug/undo"
_MARKS = LABELS | {UNDO}
_PARTS = ("labels", "annotations")


def metadata_of(seen: Json) -> dict[str, dict[str, str]]:
    """Labels and annotations; empty where there are none."""
    return {part: dict(seen["metadata"].get(part) or {}) for part in _PARTS}


def mark_of(seen: Json) -> str:
    """The id of the entry that it is marked by, true or not."""
    return metadata_of(seen)["labels"].get(LABEL, "")


def marking(seen: Json, entry: MadeObject) -> tuple[Edit, ...]:
    """What marks it."""
    now = metadata_of(seen)
    said = {name: value for name, value in entry.labels.items() if name != LABEL}
    after = {
        "labels": {**now["labels"], LABEL: entry.id},
        "annotations": {**now["annotations"], **said, UNDO: entry.undo},
    }
    return tuple(differences({"metadata": now}, {"metadata": after}))


def unmarking(seen: Json) -> tuple[Edit, ...]:
    """What takes the marks off."""
    return tuple(differences({"metadata": metadata_of(seen)}, {"metadata": metadata_of(unmarked(seen))}))


def unmarked(seen: Json) -> Json:
    """The same object without them."""
    known = metadata_of(seen)
    parts = {part: {name: it for name, it in known[part].items() if name not in _MARKS} for part in _PARTS}
    return {**seen, "metadata": {**seen["metadata"], **parts}}


def entry_in(thing: Resource, seen: Json) -> MadeObject | None:
    """What it says of itself, true or not."""
    known = metadata_of(seen)
    said = {name: it for name, it in known["annotations"].items() if name in LABELS} | {LABEL: mark_of(seen)}
    undo = known["annotations"].get(UNDO, "")
    scope = thing.scope
    return MadeObject.of_labels(scope.context, scope.namespace, thing.kind, thing.name, said, undo) if undo else None


def missing(seen: Json, edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """The operations that make room for what is set in labels or annotations, where there are none."""
    wanted = {edit.place[1] for edit in edits if edit.place[0] == "metadata" and edit.new is not None}
    none = [part for part in _PARTS if part in wanted and not seen["metadata"].get(part)]
    return [
        operation
        for part in none
        for operation in (
            {"op": "test", "path": f"/metadata/{part}", "value": seen["metadata"].get(part)},
            {"op": "add", "path": f"/metadata/{part}", "value": {}},
        )
    ]
