"""The playground refuses what Slack refuses: each limit, one over it; and its neighbour that passes."""

from __future__ import annotations

from typing import Any

import pytest

from playground.limits import message_errors, view_errors


def text(length: int, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": text(5), "action_id": "a", "value": "v", **more}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def select(count: int, label: int = 5, value: int = 5) -> dict[str, Any]:
    options = [{"text": text(label), "value": "v" * value} for _ in range(count)]
    return actions({"type": "static_select", "action_id": "s", "options": options})


def table(rows: int, columns: int, cell: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell}] * columns for _ in range(rows)]}


def data_table(rows: int, columns: int = 2, cell: str = "x", **more: Any) -> dict[str, Any]:
    cells = [[{"type": "raw_text", "text": cell}] * columns for _ in range(rows)]
    return {"type": "data_table", "caption": "c", "rows": cells, **more}


NUMBER = {"type": "raw_number", "value": 1, "text": "1"}


def rich(length: int) -> dict[str, Any]:
    piece = {"type": "text", "text": "x" * length}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [piece]}]}


DIVIDER = {"type": "divider"}


@pytest.mark.parametrize(
    "blocks",
    [
        [DIVIDER] * 50,
        [{"type": "section", "text": text(3000, "mrkdwn")}],
        [{"type": "header", "text": text(150)}],
        [{"type": "context", "elements": [text(10)] * 10}],
        [actions(*[button(action_id=f"a{n}") for n in range(25)])],
        [actions(button(text=text(75), value="v" * 2000))],
        [select(100, 75, 150)],
        [table(100, 20)],
        [data_table(101, 20, page_size=100)],
        [data_table(2) | {"rows": [[{"type": "raw_text", "text": "x"}], [NUMBER]]}],
        [rich(12_000)],
        [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6000}],
    ],
)
def test_what_fits_passes(blocks: list[Any]):
    assert message_errors(blocks) == []


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ([], "1 to 50"),
        ([DIVIDER] * 51, "1 to 50"),
        ([{"type": "section", "text": text(3001)}], "1 to 3000"),
        ([{"type": "section"}], "text or fields"),
        ([{"type": "header", "text": text(151)}], "1 to 150"),
        ([{"type": "header", "text": text(5, "mrkdwn")}], "plain_text"),
        ([{"type": "context", "elements": [text(1)] * 11}], "1 to 10"),
        ([actions(*[button(action_id=f"a{n}") for n in range(26)])], "1 to 25"),
        ([actions(button(), button())], "action_id must be unique"),
        ([actions(button(text=text(76)))], "1 to 75"),
        ([actions(button(value="v" * 2001))], "2000"),
        ([actions(button(action_id="a" * 256))], "255"),
        ([select(101)], "1 to 100"),
        ([select(0)], "1 to 100"),
        ([select(1, label=76)], "1 to 75"),
        ([select(1, value=151)], "1 to 150"),
        ([table(101, 2)], "1 to 100 rows"),
        ([table(2, 21)], "1 to 20 cells"),
        ([table(2, 2, cell="")], "at least 1 character"),
        ([table(2, 2), table(2, 2)], "only one table"),
        ([data_table(102)], "header and 1 to 100 rows"),
        ([data_table(1)], "header and 1 to 100 rows"),
        ([data_table(2, 21)], "1 to 20 cells"),
        ([data_table(2, cell="")], "at least 1 character"),
        ([data_table(100, 1, cell="x" * 101)], "more than 10000 characters"),
        ([data_table(2, page_size=101)], "page_size"),
        ([data_table(2, caption="")], "caption"),
        ([{"type": "data_table", "caption": "c", "rows": [[NUMBER], [NUMBER]]}], "unsupported cell: raw_number"),
        ([data_table(2), table(2, 2)], "only one table"),
        ([rich(0)], "at least 1 character"),
        ([rich(13_001)], "msg_blocks_too_long"),
        ([{"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}], "12000"),
        ([{**DIVIDER, "block_id": "b"}, {**DIVIDER, "block_id": "b"}], "unique in a message"),
        ([{**DIVIDER, "colour": "red"}], "additional property: colour"),
        ([{"type": "carousel"}], "unsupported type"),
        ([{"type": "input", "label": text(3)}], "unsupported type"),
        ("text", "array"),
    ],
)
def test_what_does_not_is_refused(blocks: Any, why: str):
    assert any(why in error for error in message_errors(blocks)), message_errors(blocks)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": text(25)}, "1 to 24"),
        ({"private_metadata": "x" * 3001}, "3000"),
        ({"callback_id": "x" * 256}, "255"),
        ({"blocks": [DIVIDER] * 101}, "1 to 100"),
        ({"type": "page"}, "modal or home"),
    ],
)
def test_a_modal_over_a_limit_is_refused(change: dict[str, Any], why: str):
    view = {"type": "modal", "title": text(24), "blocks": [DIVIDER], **change}
    assert any(why in error for error in view_errors(view))
