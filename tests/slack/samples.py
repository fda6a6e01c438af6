"""A message of each kind that the bot sends, and each of its windows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.core.acts import AgainPress, ApprovalPress, FilterForm, ResultPress, RunPress
from bot.core.said import clock_time, date_and_time, mention
from bot.core.view import Button, CardView, Form, MenuView, NoteView, Page, Status, TableView, TextView, View
from bot.slack.blocks import form_modal, page_modal, render

_NOON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
_ANN = mention("U0ANN")
_BUTTONS = (
    Button("Older", ResultPress("older", "w")),
    Button("Filter", ResultPress("filter", "w")),
    Button("Save", ResultPress("save", "w")),
)
_VOTES = (
    Button("Approve", ApprovalPress("approve", "r")),
    Button("Deny", ApprovalPress("deny", "r")),
    Button("Arguments", ApprovalPress("arguments", "r")),
)

VIEWS: tuple[View, ...] = (
    Status("running", _ANN, "logs web -f", "local", buttons=(Button("Stop", RunPress("stop")),)),
    Status("done", _ANN, "ps", "staging/shop", "7 rows, in 1s", buttons=(Button("Again", AgainPress("m")),)),
    Status("waiting for approval", _ANN, "exec web -- id", "local", ("open until ", clock_time(_NOON))),
    Status("stopped", _ANN, "logs web -f", "local", "after 3s", mention("U0BOB")),
    TextView("local/web", ("one", "E│ two"), 8, 10, ("1 secret was hidden",), _BUTTONS, ends=True),
    TableView("local", ("NAME", "RESTARTS", "AGE"), (("web", "3", "5m"), ("db", "-", "2h")), 0, 2, (), _BUTTONS),
    CardView("web", (("State", (("state", "running"), ("", "a line without a label"))),), ("a note",), _BUTTONS[2:]),
    CardView(
        "Approval needed: exec",
        (("Who", (("requester", _ANN),)), ("What", (("argument 1", "id"),))),
        ("request r", ("open until ", clock_time(_NOON))),
        _VOTES,
        (mention("U0BOB"),),
    ),
    NoteView("`local` has no running containers."),
    NoteView((date_and_time(_NOON), " asked ", _ANN, " `ps`")),
    MenuView("2 match `web`. Which one?", "m", ("web-1 (running, web:1)", "web-2 (exited, web:1)")),
)
_WHERE = {"channel": "C", "thread": "1.2", "message": "1.3"}


def messages() -> list[list[dict[str, Any]]]:
    """Blocks, as sent and as sent to a workspace that doesn't know the newer ones."""
    shown = [render(view) for view in VIEWS]
    return [message.blocks for message in shown] + [message.older.blocks for message in shown]


def windows() -> list[dict[str, Any]]:
    """Modals."""
    return [
        form_modal(Form("Filter", "Show only lines", "A pattern", FilterForm("w", "error")), _WHERE),
        page_modal(Page("Arguments", "verb exec\nargument 0: id")),
    ]
