"""Views as Slack messages: blocks, and a `text` that is a plain copy of their beginning, or their end. Pure.

Whatever an engine or a person wrote goes into rich text or plain text, which Slack shows and does
not read: it can't ping, link or format. In `text`, which Slack reads, it is escaped. Signs that hide, move or end
a line are spelt out here, for all views: nothing else does it again.

Limits: https://docs.slack.dev/reference/block-kit/blocks and …/methods/chat.update (text of 4,000).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.core.pattern import compiled
from bot.core.said import Mention, Moment, Said, parts_of
from bot.core.spelling import in_one_line, spell_out
from bot.core.view import Button, CardView, Form, MenuView, NoteView, Page, State, Status, TableView, TextView, View
from bot.core.window import Room, fit_end, fit_start, shorten
from bot.slack import tables
from bot.slack.acts import form_ids, ids_of, menu_id

Block = dict[str, Any]
TEXT = 4_000
_BODY, _CARD, _PAGE = 9_000, 8_500, 2_900
_CELL = 300
_WIDEST = 60  # of a plain copy's column: one long name pads no others
_OPTION = 75
_TITLE = 24
_PARTS = 20
_FRAME = 80  # what stands around the lines of a text
_STYLES = {"stop": "danger", "deny": "danger", "approve": "primary"}
_EMOJI: dict[State, str] = {
    "running": "hourglass_flowing_sand",
    "waiting for approval": "raised_hand",
    "done": "white_check_mark",
    "denied": "no_entry",
    "failed": "x",
    "stopped": "octagonal_sign",
    "interrupted": "zap",
    "expired": "hourglass",
}


@dataclass(frozen=True)
class Message:
    """What chat.postMessage and chat.update take."""

    text: str
    blocks: list[Block]

    @property
    def older(self) -> Message:
        """The same for a workspace that doesn't know the newer blocks."""
        return Message(self.text, [tables.older(block) for block in self.blocks])


def escape(text: str) -> str:
    """Text as it stands, for a field that Slack parses."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def room(lines: int) -> Room:
    """What one message holds. A sign costs what it is spelt out as, in UTF-16 as Slack's own programs count."""
    return Room(lines=lines, characters=_BODY, cell=_CELL, cost=_utf16)


def _utf16(text: str) -> int:
    return len(text) if text.isascii() and text.isprintable() else len(spell_out(text).encode("utf-16-le")) // 2


_LINES = frozenset({"text", "lines", "question"})  # fields that may hold several lines
_OURS = frozenset({"buttons", "id", "who", "ended_by", "asked", "state"})  # made by us, of ids and mentions


def _spelt(view: View) -> View:
    """The same with every text in it spelt out."""
    changed = {
        field.name: _deep(getattr(view, field.name), spell_out if field.name in _LINES else in_one_line)
        for field in fields(view)
        if field.name not in _OURS
    }
    return replace(view, **changed)


def _deep(value: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_deep(part, spell) for part in value)
    return spell(value) if isinstance(value, str) and not isinstance(value, Mention | Moment) else value


def plain(said: Said) -> str:
    """A sentence for a field that Slack parses: text escaped, mentions as they are, moments in the reader's zone."""
    return "".join(_plain(part) for part in parts_of(said))


def _plain(part: str) -> str:
    if isinstance(part, Moment):
        return f"<!date^{part.at}^{part.form}|{part}>"
    return part if isinstance(part, Mention) else escape(spell_out(part))


def render(view: View) -> Message:
    """Any view as a message within every limit."""
    view = _spelt(view)
    match view:
        case Status():
            text, blocks = _status(view)
        case TextView():
            text, blocks = _text(view)
        case TableView():
            text, blocks = _table(view)
        case CardView():
            text, blocks = _card(view)
        case MenuView():
            text, blocks = _menu(view)
        case NoteView():
            text, blocks = _note(view)
    return Message(text if len(text) <= TEXT else text[: TEXT - 1] + "…", blocks + _actions(view))


def _actions(view: View) -> list[Block]:
    buttons: tuple[Button, ...] = getattr(view, "buttons", ())
    if not buttons:
        return []
    return [{"type": "actions", "elements": [_button(button) for button in buttons]}]


def _button(button: Button) -> Block:
    action_id, value = ids_of(button.press)
    shown = {"type": "plain_text", "text": button.label}
    element = {"type": "button", "text": shown, "action_id": action_id, "value": value}
    return element | ({"style": _STYLES[button.press.word]} if button.press.word in _STYLES else {})


# ---- the root message


def _status(view: Status) -> tuple[str, list[Block]]:
    where = f" in {view.where}" if view.where else ""
    detail = (" · ", *parts_of(view.detail)) if view.detail else ()
    ended = f" by {view.ended_by}" if view.ended_by else ""
    command = shorten(view.command, Room(width=600))
    elements = [
        {"type": "emoji", "name": _EMOJI[view.state]},
        _words(f" {view.state}", bold=True),
        _words(": "),
        _words(command, code=True),
        _words(f"{where}, by "),
        *_mention(view.who),
        *_sentence(detail),
        *([_words(" by "), *_mention(view.ended_by)] if view.ended_by else []),
    ]
    text = f"{view.state}: `{escape(command)}`{escape(where)}, by {view.who}{plain(detail)}{ended}"
    return text, [_rich(elements)]


# ---- results


def _text(view: TextView) -> tuple[str, list[Block]]:
    body = "\n".join(view.lines) or " "
    count = len(view.lines)
    foot = _foot(view.title, "line", view.first, count, view.total, view.notes)
    block = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [_words(body)]}]}
    return _copy(view.lines or (" ",), foot, ends=view.ends), [block, _context(foot)]


def _copy(lines: Sequence[str], foot: str, *, ends: bool) -> str:
    """Lines for where no blocks are shown: as many as `text` holds, and how many more the message has."""
    left = Room(len(lines), characters=TEXT - len(escape(foot)) - _FRAME, cost=lambda line: len(escape(line)))
    lines = [shorten(line, left) for line in lines]
    shown = (fit_end if ends else fit_start)(lines, left)
    missing = len(lines) - len(shown)
    more = [f"… {missing:,} {'earlier' if ends else 'more'} in the message"] if missing else []
    body = [*more, *shown] if ends else [*shown, *more]
    fenced = (escape(line).replace("```", "ˋˋˋ") for line in body)
    return "\n".join(["```", *fenced, "```", escape(foot)])


def _table(view: TableView) -> tuple[str, list[Block]]:
    rows = [[cell or "-" for cell in row] for row in (view.columns, *view.rows)]
    foot = _foot(view.title, "row", view.first, len(view.rows), view.total, view.notes)
    widths = [min(_WIDEST, max(len(row[i]) for row in rows)) for i in range(len(view.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    table = tables.data_table(rows[0], rows[1:], view.title)
    return _copy(lines, foot, ends=False), [table, _context(foot)]


def _foot(title: str, unit: str, first: int, count: int, total: int, notes: tuple[str, ...]) -> str:
    if count < total:
        what = f"{unit}s {first + 1:,}–{first + count:,} of {total:,}"
    else:
        what = f"{total:,} {unit}{'s' if total != 1 else ''}"
    return " · ".join([title, what, *notes])[:700]


def _card(view: CardView) -> tuple[str, list[Block]]:
    elements: list[Block] = []
    lines = [f"*{escape(view.title)}*"]
    left = _CARD
    missing = 0
    for title, rows in view.groups:
        if left < 0:
            missing += len(rows)
            continue
        left -= len(escape(title)) + 1
        elements.append(_words(f"{title}\n", bold=True))
        lines.append(f"*{escape(title)}*")
        for number, (label, value) in enumerate(rows):
            shown = shorten(value, Room(width=min(_CELL, max(left, 1))))
            left -= len(escape(label)) + len(escape(shown)) + 4
            if left < 0:
                missing += len(rows) - number
                break
            named = [_words(f"{label}: ", italic=True)] if label else []
            elements += (
                [*named, *_mention(value), _words("\n")]
                if isinstance(value, Mention)
                else [*named, _words(f"{shown}\n")]
            )
            lines.append(
                f"{escape(label)}: {plain(value) if isinstance(value, Mention) else escape(shown)}"
                if label
                else escape(shown)
            )
    header = {"type": "header", "text": {"type": "plain_text", "text": view.title[:150], "emoji": False}}
    has_all = "Arguments" if any(button.press.word == "arguments" for button in view.buttons) else "Save"
    cut = (f"{missing} more rows: {has_all} shows all of them",) if missing else ()
    notes = tuple(part for note in (*view.notes, *cut) for part in (" · ", *parts_of(note)))[1:]
    lines += [plain(notes)] if notes else []
    if view.asked:
        elements.append(_words("Who can approve: ", bold=True))
        for person in view.asked:
            elements += [*_mention(person), _words(" ")]
        lines.append(f"Who can approve: {' '.join(view.asked)}")
    return "\n".join(lines), [header, _rich(elements), *([_foot_of(notes)] if notes else [])]


def _foot_of(notes: tuple[str, ...]) -> Block:
    """Small print; where it names people or moments, in the type that can."""
    named = any(isinstance(note, Mention | Moment) for note in notes)
    return _rich(_sentence(notes)) if named else _context("".join(notes))


def _note(view: NoteView) -> tuple[str, list[Block]]:
    if isinstance(view.text, tuple):
        return plain(view.text), [_rich(_sentence(view.text))]
    text = shorten(view.text, Room(width=_PAGE))
    return escape(text), [_rich(_prose(text))]


def _menu(view: MenuView) -> tuple[str, list[Block]]:
    options = [
        {"text": {"type": "plain_text", "text": _fit_option(choice), "emoji": False}, "value": str(index)}
        for index, choice in enumerate(view.choices)
    ]
    select = {
        "type": "static_select",
        "action_id": menu_id(view.id),
        "placeholder": {"type": "plain_text", "text": "Choose"},
        "options": options,
    }
    listed = "\n".join(f"• {escape(choice)}" for choice in view.choices[:25])
    more = f"\n… and {len(view.choices) - 25} more" if len(view.choices) > 25 else ""
    blocks = [_rich(_prose(view.question)), {"type": "actions", "elements": [select]}]
    return f"{escape(view.question)}\n{listed}{more}", blocks


def _fit_option(text: str) -> str:
    """The end of a name tells replicas apart, so a long one is cut in its middle."""
    return text if len(text) <= _OPTION else f"{text[:36]}…{text[-37:]}"


# ---- pieces


def _rich(elements: list[Block]) -> Block:
    kept = [element for element in elements if element.get("text", "x")] or [_words(" ")]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": kept}]}


def _words(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


_CODE = compiled(r"`([^`\n]+)`")
_USER = compiled(r"<@([UW][A-Z0-9]+)>")


def _sentence(said: tuple[str, ...]) -> list[Block]:
    return [element for part in said for element in _piece(part)]


def _piece(part: str) -> list[Block]:
    if isinstance(part, Moment):
        return [{"type": "date", "timestamp": part.at, "format": part.form, "fallback": str(part)}]
    return _mention(part) if isinstance(part, Mention) else _prose(part)


def _prose(text: str) -> list[Block]:
    """Our own sentences: `code` is shown as such, everything else literally."""
    elements, at = [], 0
    for code in _CODE.finditer(text):
        elements += [_words(text[at : code.start()]), _words(code[1], code=True)]
        at = code.end()
    return [*elements, _words(text[at:])]


def _mention(text: str) -> list[Block]:
    """A person, by the mention that we made; anything else is text."""
    user = _USER.fullmatch(text)
    return [{"type": "user", "user_id": user[1]}] if user else [_words(text)]


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text or " ", "emoji": False}]}


def form_modal(form: Form, where: Mapping[str, str]) -> Block:
    """A modal with one field."""
    callback_id, about = form_ids(form.answer)
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": json.dumps({"value": about, **where}),
        "title": {"type": "plain_text", "text": form.title[:_TITLE]},
        "submit": {"type": "plain_text", "text": form.title[:_TITLE]},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "form",
                "optional": True,
                "label": {"type": "plain_text", "text": form.label},
                "hint": {"type": "plain_text", "text": form.hint},
                "element": {
                    "type": "plain_text_input",
                    "action_id": "text",
                    "max_length": 500,
                    **({"initial_value": form.answer.words} if form.answer.words else {}),
                },
            }
        ],
    }


def is_cut(page: Page) -> bool:
    """Whether a modal can't hold all of it."""
    return len(spell_out(page.text)) > _PAGE * _PARTS


def page_modal(page: Page) -> Block:
    """A modal that is only read: the text in as many blocks as it needs, at most what Slack takes."""
    text = spell_out(page.text)
    if is_cut(page):
        shown = _PAGE * _PARTS
        text = (
            f"The first {shown:,} of {len(text):,} characters. cdebug sends you all of it as a file.\n\n{text[:shown]}"
        )
    parts = [text[at : at + _PAGE] for at in range(0, len(text), _PAGE)] or [" "]
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": page.title[:_TITLE]},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [
            {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [_words(part)]}]}
            for part in parts
        ],
    }
