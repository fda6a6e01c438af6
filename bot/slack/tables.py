"""A table as Slack's `data_table`, which its readers sort and page, and as the older `table` where that isn't known.

Source: https://docs.slack.dev/reference/block-kit/blocks/data-table-block and …/table-block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.pattern import compiled

Block = dict[str, Any]
_PAGE = 15  # rows: a phone's height
_CAPTION = 150
_NUMBER = compiled(r"(-?\d{1,15}(?:\.\d{1,6})?)(?: \([^)]*\))?")  # and what is said of it, as in `1 (7s ago)`
_AGE = compiled(r"(\d{1,9})([smhd])(?: ago)?")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def data_table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Block:
    """Rows of equally many cells under their names. Columns of numbers or ages are sorted as such."""
    if not rows:
        return _table([columns])
    cells = zip(*(_cells(column) for column in zip(*rows, strict=True)), strict=True)
    return {
        "type": "data_table",
        "caption": caption[:_CAPTION] or "table",
        "page_size": min(_PAGE, len(rows)),
        "rows": [[_raw(name) for name in columns], *map(list, cells)],
    }


def older(block: Block) -> Block:
    """A `data_table` as the block that came before it; any other block as it is."""
    if block["type"] != "data_table":
        return block
    return _table([[cell["text"] for cell in row] for row in block["rows"]])


def _table(rows: Sequence[Sequence[str]]) -> Block:
    return {"type": "table", "rows": [[_raw(cell) for cell in row] for row in rows]}


def _cells(column: Sequence[str]) -> list[Block]:
    """A column's cells: numbers where all of it is numbers, or all of it ages; nothing stands for less than any."""
    for read in (_number, _age):
        values = [read(text) for text in column]
        known = any(value is not None for value in values)
        if known and all(value is not None or text == "-" for value, text in zip(values, column, strict=True)):
            return [_counted(text, value) for text, value in zip(column, values, strict=True)]
    return [_raw(text) for text in column]


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else None


def _age(text: str) -> float | None:
    match = _AGE.fullmatch(text)
    return float(int(match[1]) * _SECONDS[match[2]]) if match else None


def _counted(text: str, value: float | None) -> Block:
    value = -1.0 if value is None else value
    return {"type": "raw_number", "value": int(value) if value.is_integer() else value, "text": text}


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": text or "-"}
