"""Thousands of generated results, each within every limit of Slack's, as the playground enforces them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.acts import AgainPress, FilterForm, ResultPress
from bot.core.output import Chart, Panel
from bot.core.said import clock_time
from bot.core.view import Button, CardView, Form, MenuView, NoteView, Page, Status, TableView, TextView, View
from bot.core.window import cut
from bot.pipeline.run.rendering import readable, row_line, window_view
from bot.slack.blocks import form_modal, page_modal, render, room
from bot.slack.charts import draw
from playground.limits import UPDATE_TEXT, message_errors, view_errors
from tests.slack.samples import VIEWS, windows

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=120) | st.sampled_from(
    ["<!channel>", "&" * 900, "<" * 3000, "`" * 40, "x" * 5000, "", " ", "*bold* _it_ ~no~", "<@U0BOB>", "日本語" * 200]
)
NAMES = st.text("abc-/", min_size=1, max_size=300)
ROOM = room(40)
LIMITS = settings(max_examples=400, deadline=None)


def check(view: View) -> None:
    message = render(view)
    assert message_errors(message.blocks) == []
    assert 0 < len(message.text) <= UPDATE_TEXT
    assert "<!channel>" not in message.text
    assert "<http" not in message.text


@pytest.mark.slow
@LIMITS
@given(st.lists(ANY, min_size=1, max_size=120), st.sampled_from(["start", "end"]), st.lists(NAMES, max_size=3), NAMES)
def test_any_text_is_a_message(lines: list[str], edge: Any, notes: list[str], title: str):
    data = [readable(cut(line.replace("\n", " ").encode()), ROOM) for line in lines]
    check(window_view(title, (), data, 0, len(data), ROOM, edge, tuple(notes), "w"))


@pytest.mark.slow
@LIMITS
@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.lists(ANY, min_size=n, max_size=n), min_size=1, max_size=130)))
def test_any_table_is_a_message(rows: list[list[str]]):
    columns = tuple(f"C{n}" for n in range(len(rows[0])))
    lines = [row_line(row).rstrip("\n") for row in rows]
    view = window_view("local", columns, lines, 0, len(lines), ROOM, "start", (), "w")
    assert isinstance(view, TableView)
    assert len(view.rows) >= 1
    check(view)


@pytest.mark.slow
@LIMITS
@given(
    NAMES,
    st.lists(st.tuples(NAMES, st.lists(st.tuples(ANY, ANY), max_size=12)), max_size=8),
    st.lists(NAMES, max_size=2),
)
def test_any_card_is_a_message(title: str, groups: list[Any], notes: list[str]):
    check(CardView(title, tuple((name, tuple(rows)) for name, rows in groups), tuple(notes)))


@pytest.mark.slow
@LIMITS
@given(ANY, ANY, ANY)
def test_any_status_and_note_is_a_message(command: str, detail: str, where: str):
    check(Status("failed", "<@U0ANN>", command or "ps", where, detail, "", (Button("Again", AgainPress("x")),)))
    check(NoteView(detail or "x"))


@pytest.mark.slow
@LIMITS
@given(st.lists(NAMES, min_size=1, max_size=100), ANY)
def test_any_menu_is_a_message(choices: list[str], question: str):
    check(MenuView(question or "which?", "menu", tuple(choices)))


@given(st.text(max_size=500))
def test_the_modal_is_a_modal(pattern: str):
    where = {"channel": "C", "thread": "1.2", "message": "1.3"}
    form = Form("Filter", "Show only lines", "A pattern", FilterForm("w", pattern))
    assert view_errors(form_modal(form, where)) == []
    assert view_errors(page_modal(Page("Arguments", pattern * 500))) == []


def test_text_says_what_the_blocks_show():
    older = Button("Older", ResultPress("older", "w"))
    view = TextView("local/web", ("one", "E│ two <x>"), 8, 10, ("a note",), (older,))
    message = render(view)
    assert message.text == "```\none\nE│ two &lt;x&gt;\n```\nlocal/web · lines 9–10 of 10 · a note"
    preformatted, context, actions = message.blocks
    assert preformatted["elements"][0]["elements"][0]["text"] == "one\nE│ two <x>"
    assert context["elements"][0]["text"] == "local/web · lines 9–10 of 10 · a note"
    assert actions["elements"][0]["text"]["text"] == "Older"


def test_one_long_name_takes_no_room_from_the_others():
    rows = (("x" * 253, "running"), *((f"web-{n}", "running") for n in range(90)))
    message = render(TableView("local", ("NAME", "STATE"), rows, 0, 91))
    assert len(message.blocks[0]["rows"]) == 92
    assert message.text.count("web-") > 40


def test_a_mention_in_a_status_is_a_mention_and_nothing_else_is():
    message = render(Status("stopped", "<@U0ANN>", "logs <!here>", "local", "after 3s <@U0CEM>", "<@U0BOB>"))
    assert message.text == "stopped: `logs &lt;!here&gt;` in local, by <@U0ANN> · after 3s &lt;@U0CEM&gt; by <@U0BOB>"
    pieces = message.blocks[0]["elements"][0]["elements"]
    assert [piece["user_id"] for piece in pieces if piece["type"] == "user"] == ["U0ANN", "U0BOB"]


def test_a_chart_is_a_png():
    chart = Chart("web", (Panel("CPU", {"web": [(0.0, 1.0), (1.0, 2.0)]}), Panel("memory", {"web": [(0.0, 5.0)]})))
    assert draw(chart).startswith(b"\x89PNG")


def test_each_kind_of_view_has_a_sample_and_each_sample_is_a_message():
    assert {type(view) for view in VIEWS} == set(get_args(View))
    for view in VIEWS:
        check(view)
        assert message_errors(render(view).older.blocks, newer=False) == []
    assert [view_errors(window) for window in windows()] == [[], []]


def test_text_is_a_copy_of_the_beginning_or_the_end_that_says_so():
    lines = tuple(f"{number} {'x' * 290}" for number in range(30))
    ends = render(TextView("local/web", lines, 0, 30, ends=True))
    begins = render(TextView("local/web", lines, 0, 30))
    assert ends.blocks[0]["elements"][0]["elements"][0]["text"] == "\n".join(lines)
    assert ends.text.splitlines()[1] == "… 17 earlier in the message"
    assert f"\n{lines[-1]}\n```" in ends.text
    assert begins.text.splitlines()[1] == lines[0]
    assert "… 17 more in the message\n```\n" in begins.text


def test_a_table_is_sorted_by_what_its_cells_mean():
    view = TableView(
        "shop", ("NAME", "RESTARTS", "AGE"), (("web", "12 (7s ago)", "5m ago"), ("db", "-", "3h ago")), 0, 2
    )
    table = render(view).blocks[0]
    assert table["caption"] == "shop"
    assert [cell["text"] for cell in table["rows"][0]] == ["NAME", "RESTARTS", "AGE"]
    assert table["rows"][1][1:] == [
        {"type": "raw_number", "value": 12, "text": "12 (7s ago)"},
        {"type": "raw_number", "value": 300, "text": "5m ago"},
    ]
    assert table["rows"][2][1:] == [
        {"type": "raw_number", "value": -1, "text": "-"},
        {"type": "raw_number", "value": 10_800, "text": "3h ago"},
    ]


def test_a_table_has_an_older_form():
    view = TableView("shop", ("NAME", "RESTARTS"), (("web", "12"),), 0, 1)
    older = render(view).older
    assert message_errors(older.blocks, newer=False) == []
    assert older.blocks[0]["rows"][1] == [{"type": "raw_text", "text": "web"}, {"type": "raw_text", "text": "12"}]


def test_a_moment_is_shown_in_the_readers_zone():
    noon = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    message = render(Status("waiting for approval", "<@U0ANN>", "exec web", detail=("open until ", clock_time(noon))))
    assert message.text.endswith(f"open until <!date^{int(noon.timestamp())}^{{time}}|12:30 UTC>")
    date = message.blocks[0]["elements"][0]["elements"][-1]
    assert date == {
        "type": "date",
        "timestamp": int(noon.timestamp()),
        "format": "{time}",
        "fallback": "12:30 UTC",
    }
    assert message_errors(message.blocks) == []
