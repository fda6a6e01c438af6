"""What Slack refuses in blocks and views, with the words that it refuses it in.

Source: https://docs.slack.dev/reference/block-kit/blocks, …/block-elements, …/composition-objects and
…/surfaces/views. Keys that a block doesn't have are refused too, as Slack does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
MESSAGE_BLOCKS, MODAL_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 13_000
UPDATE_TEXT, POST_TEXT = 4_000, 40_000
_MARKDOWN, _TABLE_CHARACTERS = 12_000, 10_000


def message_errors(blocks: Any, *, newer: bool = True) -> list[str]:
    """Why a message with these blocks is refused; empty where it isn't. newer: whether those of 2026 are known."""
    if not isinstance(blocks, list):
        return ["blocks must be an array"]
    errors = list(_blocks(blocks, MESSAGE_BLOCKS, _MESSAGE if newer else _OLDER))
    tables = sum(isinstance(block, dict) and block.get("type") in ("table", "data_table") for block in blocks)
    if tables > 1:
        errors.append("only one table is allowed a message")
    if sum(len(block.get("text", "")) for block in blocks if block.get("type") == "markdown") > _MARKDOWN:
        errors.append(f"markdown blocks hold more than {_MARKDOWN} characters together")
    if _characters(blocks) > MESSAGE_CHARACTERS:
        errors.append(f"msg_blocks_too_long: more than {MESSAGE_CHARACTERS} characters")
    return errors


def view_errors(view: Any) -> list[str]:
    """Why a modal is refused; empty where it isn't."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["view type must be modal or home"]
    errors = list(_blocks(view.get("blocks") or [], MODAL_BLOCKS, _MODAL))
    for part in ("title", "submit", "close"):
        if part in view:
            errors += _text(view[part], 24, part, kinds=("plain_text",))
    if view["type"] == "modal" and "title" not in view:
        errors.append("missing required field: title")
    for name, most in (("private_metadata", 3_000), ("callback_id", 255)):
        if len(view.get(name, "")) > most:
            errors.append(f"{name} must be at most {most} characters")
    return errors


def _blocks(blocks: list[Any], most: int, kinds: dict[str, Check]) -> Iterator[str]:
    if not blocks or len(blocks) > most:
        yield f"blocks must have 1 to {most} items"
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "block_id must be unique in a message"
    for number, block in enumerate(blocks):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in kinds:
            yield f"unsupported type: {kind} [/blocks/{number}]"
            continue
        if len(block.get("block_id", "")) > 255:
            yield f"block_id must be at most 255 characters [/blocks/{number}]"
        yield from (f"{error} [/blocks/{number}]" for error in kinds[kind](block))


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        return sum(
            len(part) if key == "text" and isinstance(part, str) else _characters(part) for key, part in value.items()
        )
    return sum(_characters(part) for part in value) if isinstance(value, list) else 0


Check = Callable[[Json], Iterator[str]]


def _keys(thing: Json, required: str, optional: str = "") -> Iterator[str]:
    known = {"type", *required.split(), *optional.split()}
    yield from (f"missing required field: {name}" for name in required.split() if name not in thing)
    yield from (f"invalid additional property: {name}" for name in thing if name not in known)


def _text(text: Any, most: int, name: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return [f"{name} must be a text object ({' or '.join(kinds)})"]
    length = len(text.get("text", ""))
    if not 1 <= length <= most:
        return [f"{name} must have 1 to {most} characters, it has {length}"]
    return list(_keys(text, "text", "emoji verbatim"))


def _section(block: Json) -> Iterator[str]:
    yield from _keys(block, "", "text fields accessory block_id expand")
    if "text" not in block and "fields" not in block:
        yield "missing required field: text or fields"
    if "text" in block:
        yield from _text(block["text"], 3_000, "text")
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield "fields must have at most 10 items"
    for field in fields:
        yield from _text(field, 2_000, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _header(block: Json) -> Iterator[str]:
    yield from _keys(block, "text", "block_id")
    yield from _text(block.get("text"), 150, "header", kinds=("plain_text",))


def _context(block: Json) -> Iterator[str]:
    yield from _keys(block, "elements", "block_id")
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield "elements must have 1 to 10 items"
    for element in elements:
        yield from _image(element) if element.get("type") == "image" else _text(element, 3_000, "element")


def _actions(block: Json) -> Iterator[str]:
    yield from _keys(block, "elements", "block_id")
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield "elements must have 1 to 25 items"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "action_id must be unique in a block"
    for element in elements:
        yield from _element(element)


def _element(element: Json) -> Iterator[str]:
    if not 1 <= len(element.get("action_id", "x")) <= 255:
        yield "action_id must have 1 to 255 characters"
    match element.get("type"):
        case "button":
            yield from _keys(element, "text action_id", "value url style confirm accessibility_label")
            yield from _text(element.get("text"), 75, "button text", kinds=("plain_text",))
            if len(element.get("value", "")) > 2_000:
                yield "button value must be at most 2000 characters"
            if element.get("style", "primary") not in ("primary", "danger"):
                yield "style must be primary or danger"
        case "static_select":
            yield from _keys(element, "action_id options", "placeholder initial_option confirm focus_on_load")
            if "placeholder" in element:
                yield from _text(element["placeholder"], 150, "placeholder", kinds=("plain_text",))
            yield from _options(element.get("options", []))
        case "overflow":
            yield from _keys(element, "action_id options", "confirm")
            yield from _options(element.get("options", []), most=5)
        case other:
            yield f"unsupported element: {other}"


def _options(options: list[Json], most: int = 100) -> Iterator[str]:
    if not 1 <= len(options) <= most:
        yield f"options must have 1 to {most} items"
    for option in options:
        yield from _keys(option, "text value", "description url")
        yield from _text(option.get("text"), 75, "option text")
        if not 1 <= len(option.get("value", "")) <= 150:
            yield "option value must have 1 to 150 characters"


def _image(block: Json) -> Iterator[str]:
    yield from _keys(block, "alt_text", "image_url slack_file title block_id")
    if len(block.get("image_url", "")) > 3_000 or len(block.get("alt_text", "")) > 2_000:
        yield "image_url must be at most 3000 characters, alt_text 2000"


def _divider(block: Json) -> Iterator[str]:
    yield from _keys(block, "", "block_id")


def _markdown(block: Json) -> Iterator[str]:
    yield from _keys(block, "text", "block_id")


def _rich_text(block: Json) -> Iterator[str]:
    yield from _keys(block, "elements", "block_id")
    for part in block.get("elements", []):
        match part.get("type"):
            case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
                yield from _keys(part, "elements", "border")
                yield from (error for piece in part.get("elements", []) for error in _rich_piece(piece))
            case "rich_text_list":
                yield from _keys(part, "elements style", "indent offset border")
                yield from _rich_text({"type": "rich_text", "elements": part.get("elements", [])})
            case other:
                yield f"unsupported rich text element: {other}"


_PIECES = {
    "text": ("text", "style"),
    "date": ("timestamp format", "url fallback style"),
    "user": ("user_id", "style"),
    "channel": ("channel_id", "style"),
    "emoji": ("name", "unicode skin_tone"),
    "link": ("url", "text style unsafe"),
    "broadcast": ("range", "style"),
}


def _rich_piece(piece: Json) -> Iterator[str]:
    kind = piece.get("type", "")
    if kind not in _PIECES:
        yield f"unsupported rich text element: {kind}"
        return
    yield from _keys(piece, *_PIECES[kind])
    if kind == "text" and not piece.get("text"):
        yield "text must have at least 1 character"
    if kind == "date" and (not isinstance(piece.get("timestamp"), int) or "{" not in piece.get("format", "")):
        yield "date needs a timestamp in whole seconds, and a format with a token in it"


def _table(block: Json) -> Iterator[str]:
    yield from _keys(block, "rows", "column_settings block_id")
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100:
        yield "a table has 1 to 100 rows"
    if len({len(row) for row in rows}) > 1:
        yield "rows must have one length"
    if any(not 1 <= len(row) <= 20 for row in rows):
        yield "a row has 1 to 20 cells"
    for cell in (cell for row in rows for cell in row):
        if cell.get("type") == "rich_text":
            yield from _rich_text(cell)
        else:
            yield from _keys(cell, "text")
            if cell.get("type") != "raw_text" or not cell.get("text"):
                yield "a cell must be raw_text with at least 1 character, or rich_text"


def _data_table(block: Json) -> Iterator[str]:
    """A header and 1 to 100 rows; it counts as the one table of a message."""
    yield from _keys(block, "rows caption", "page_size row_header_column_index block_id")
    rows = block.get("rows", [])
    if not 2 <= len(rows) <= 101:
        yield "a data_table has a header and 1 to 100 rows"
    if len({len(row) for row in rows}) > 1 or any(not 1 <= len(row) <= 20 for row in rows):
        yield "rows must have one length, of 1 to 20 cells"
    if not block.get("caption"):
        yield "caption must have at least 1 character"
    if not 1 <= block.get("page_size", 5) <= 100:
        yield "page_size must be 1 to 100"
    if sum(_characters(row) for row in rows) > _TABLE_CHARACTERS:
        yield f"cells hold more than {_TABLE_CHARACTERS} characters together"
    for number, row in enumerate(rows):
        for cell in row:
            yield from _data_cell(cell, header=number == 0)


def _data_cell(cell: Json, *, header: bool) -> Iterator[str]:
    match cell.get("type"):
        case "rich_text" if not header:
            yield from _rich_text(cell)
        case "raw_text":
            yield from _keys(cell, "text")
        case "raw_number" if not header:
            yield from _keys(cell, "value text")
            if not isinstance(cell.get("value"), int | float):
                yield "value must be a number"
        case other:
            yield f"unsupported cell: {other}"
    if cell.get("type") != "rich_text" and not cell.get("text"):
        yield "a cell must have at least 1 character"


def _input(block: Json) -> Iterator[str]:
    yield from _keys(block, "label element", "dispatch_action hint optional block_id")
    yield from _text(block.get("label"), 2_000, "label", kinds=("plain_text",))
    if "hint" in block:
        yield from _text(block["hint"], 2_000, "hint", kinds=("plain_text",))
    element = block.get("element", {})
    if element.get("type") == "plain_text_input":
        optional = "action_id placeholder initial_value multiline min_length max_length focus_on_load"
        yield from _keys(element, "", optional)
        if len(element.get("initial_value", "")) > min(element.get("max_length", 3_000), 3_000):
            yield "initial_value is longer than max_length"
    else:
        yield from _element(element)


_MESSAGE: dict[str, Check] = {
    "section": _section, "header": _header, "context": _context, "actions": _actions, "image": _image,
    "divider": _divider, "markdown": _markdown, "rich_text": _rich_text, "table": _table,
    "data_table": _data_table,
}  # fmt: skip
_OLDER = {kind: check for kind, check in _MESSAGE.items() if kind != "data_table"}
_MODAL: dict[str, Check] = {
    **{kind: check for kind, check in _MESSAGE.items() if kind not in ("markdown", "table", "data_table")},
    "input": _input,
}
