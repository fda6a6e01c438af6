"""Lists of objects: the flags that all of them take, and rows as tables.

A column whose name ends in `+` is shown by `-o wide` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from bot.actions.kit.anywhere import Anywhere
from bot.actions.kit.ordering import key_of
from bot.core.action import Located, Shown, option
from bot.core.errors import UsageError
from bot.core.output import Table
from bot.core.paths import check_path
from bot.core.target import EVERYWHERE, Node, Resource, Row, Thing

_SECRET = ("data", "stringData", "binaryData", "env", "envFrom", "annotations")
# The columns that show what kubectl sorts by.
_PATHS = {"restartcount": "restarts", "starttime": "age", "creationtimestamp": "age", "phase": "state"}


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
        check_path(self.order)
        if hidden := next((it for it in _SECRET if it in self.order.replace("[", ".").split(".")), ""):
            raise UsageError("can't sort by what may be secret:", hidden, hint="`get KIND` lists them by name.")

    @property
    def order(self) -> str:
        """As kubectl takes it: `.spec.replicas`, `{.spec.replicas}` and `spec.replicas`."""
        path = self.sort_by.strip("{}'\"")
        return f".{path.removeprefix('.')}" if "." in path else ""


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
        rows = _sorted(rows, listing)
    kept = [at for at, name in enumerate(columns) if listing.output == "wide" or not name.endswith("+")]
    return Table(
        tuple(columns[at].rstrip("+") for at in kept), [tuple(row.cells[at] for at in kept) for row in rows], title
    )


def in_one(shown: Sequence[Table]) -> Table:
    """Tables of several kinds as one: a message takes one table, and a message per kind takes seconds. What the kinds
    don't share is told in a cell.
    """
    own = [name for name in ("NAMESPACE", "NAME", "AGE", "LABELS") if any(name in it.columns for it in shown)]
    columns = tuple(part for name in own for part in ((name, "STATE") if name == "NAME" else (name,)))
    rows = []
    for table in shown:
        for cells in table.rows:
            known = dict(zip(table.columns, cells, strict=True))
            state = [_told(name, cell) for name, cell in sorted(known.items(), key=_is_not_status) if name not in own]
            known |= {"NAME": f"{table.title}/{known.get('NAME', '')}", "STATE": ", ".join(filter(None, state))}
            rows.append(tuple(known.get(name, "") for name in columns))
    return Table(columns, rows)


def _is_not_status(cell: tuple[str, str]) -> bool:
    return cell[0] != "STATUS"


def _told(column: str, cell: str) -> str:
    if cell == "<none>":
        return ""
    return cell if column == "STATUS" else f"{column.lower()} {cell}"


def _row(thing: Resource | Node, listing: Listing) -> Row:
    """Its row, with its namespace where all of them are listed."""
    assert thing.row is not None
    row = with_labels(thing.row, thing.labels) if listing.show_labels else thing.row
    if listing.within != EVERYWHERE or not thing.scope.namespace or thing.kind == "namespace":
        return row
    return replace(row, columns=("NAMESPACE", *row.columns), cells=(thing.scope.namespace, *row.cells))


def with_labels(row: Row, labels: Mapping[str, str]) -> Row:
    """The row with one more column, as kubectl has it."""
    shown = ",".join(f"{name}={value}" for name, value in sorted(labels.items())) or "<none>"
    return replace(row, columns=(*row.columns, "LABELS"), cells=(*row.cells, shown))


def _sorted(rows: Sequence[Row], listing: Listing) -> list[Row]:
    """By the place that was asked for, or a column. Raises UsageError for what isn't there."""
    names = [name.rstrip("+").lower() for name in rows[0].columns]
    wanted = listing.sort_by.strip("{}'\"").lower()
    if rows[0].order is None:  # an engine whose objects have no such places
        last = wanted.rpartition(".")[2]
        wanted = _PATHS.get(last, last)
    if any(row.order for row in rows):
        orders = [row.order or "" for row in rows]
    elif wanted == "age":
        orders = [row.created for row in rows]
    elif wanted in names:
        orders = [row.cells[names.index(wanted)] for row in rows]
    else:
        raise UsageError(
            "can't sort by", listing.sort_by, hint=f"Choose one of {', '.join(names)}, or a path that is there."
        )
    key = key_of(orders)
    return [row for _, row in sorted(zip(orders, rows, strict=True), key=lambda it: key(it[0]))]
