"""Lists of objects: the flags that all of them take, and rows as tables.

A column whose name ends in `+` is shown by `-o wide` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.anywhere import Anywhere
from bot.actions.kit.ordering import key_of
from bot.core.action import Located, Shown, option
from bot.core.errors import UsageError
from bot.core.output import Table
from bot.core.target import EVERYWHERE, Node, Resource, Row, Thing

# What kubectl sorts by is a path in the object; these are the columns that show it.
_PATHS = {
    "restartcount": "restarts",
    "starttime": "age",
    "creationtimestamp": "age",
    "phase": "status",
    "podip": "ip",
    "nodename": "node",
}


@dataclass(frozen=True, kw_only=True)
class Listing(Anywhere, Located):
    """What every list of objects can be asked."""

    output: Annotated[str, option("--output", "-o", help="`wide` shows more columns"), Shown("wide")] = ""
    sort_by: Annotated[
        str, option("--sort-by", help="a column, or a path as `.metadata.creationTimestamp`"), Shown("COLUMN")
    ] = ""

    fields: Annotated[
        str, option("--field-selector", help="in a cluster: by fields, as `status.phase=Failed`"), Shown("FIELDS")
    ] = ""
    show_labels: Annotated[bool, option("--show-labels", help="with a column of labels")] = False

    def __post_init__(self) -> None:
        if self.output not in ("", "wide"):
            raise UsageError("a list is shown as a table or `wide`, not as", self.output, hint="`inspect` shows YAML.")


def tables(things: Sequence[Thing], listing: Listing) -> list[Table]:
    """A table per kind, in the order of the kinds. Raises UsageError for a column that isn't there."""
    shown = [thing for thing in things if isinstance(thing, Resource | Node) and thing.row]
    kinds = list(dict.fromkeys(thing.kind for thing in shown))
    return [
        table([_row(thing, listing) for thing in shown if thing.kind == kind], listing, kind if len(kinds) > 1 else "")
        for kind in kinds
    ]


def table(rows: Sequence[Row], listing: Listing, title: str = "") -> Table:
    """Rows of one kind, sorted, with the columns that are wanted. Raises UsageError for a column that isn't there."""
    columns = rows[0].columns
    if listing.sort_by:
        rows = _ordered(rows, _sorted_by(listing.sort_by, columns))
    kept = [at for at, name in enumerate(columns) if listing.output == "wide" or not name.endswith("+")]
    return Table(
        tuple(columns[at].rstrip("+") for at in kept), [tuple(row.cells[at] for at in kept) for row in rows], title
    )


def _row(thing: Resource | Node, listing: Listing) -> Row:
    """Its row, with its namespace where all of them are listed."""
    assert thing.row is not None
    row = with_labels(thing.row, thing.labels) if listing.show_labels else thing.row
    if listing.within != EVERYWHERE or not thing.scope.namespace or thing.kind == "namespace":
        return row
    return Row(("NAMESPACE", *row.columns), (thing.scope.namespace, *row.cells), row.created)


def with_labels(row: Row, labels: Mapping[str, str]) -> Row:
    """The row with one more column, as kubectl has it."""
    shown = ",".join(f"{name}={value}" for name, value in sorted(labels.items())) or "<none>"
    return Row((*row.columns, "LABELS"), (*row.cells, shown), row.created)


def _sorted_by(typed: str, columns: Sequence[str]) -> int:
    """Which column; -1 is the time of creation."""
    wanted = typed.strip("{}'\"").rpartition(".")[2].lower()
    wanted = _PATHS.get(wanted, wanted)
    if wanted == "age":
        return -1
    names = [name.rstrip("+").lower() for name in columns]
    if wanted not in names:
        raise UsageError("can't sort by", typed, hint=f"Choose one of {', '.join(names)}.")
    return names.index(wanted)


def _ordered(rows: Sequence[Row], column: int) -> list[Row]:
    if column < 0:
        return sorted(rows, key=lambda row: row.created)
    key = key_of([row.cells[column] for row in rows])
    return sorted(rows, key=lambda row: key(row.cells[column]))
