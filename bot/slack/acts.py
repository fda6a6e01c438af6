"""How a button, a menu and a form travel through Slack: the ids that they are sent with, and what comes back."""

from __future__ import annotations

from bot.core.acts import (
    AgainPress,
    ApprovalPress,
    FilledForm,
    FilterForm,
    MenuChoice,
    Press,
    ResultPress,
    RunPress,
    press_of,
)


def ids_of(press: Press) -> tuple[str, str]:
    """A button's action_id, and its value, which is never empty."""
    match press:
        case RunPress(word):
            return word, "-"
        case ApprovalPress(word, approval):
            return word, approval
        case ResultPress(word, window):
            return word, window
        case AgainPress(menu):
            return f"again:{menu}", "0"


def menu_id(menu: str) -> str:
    """A menu's action_id; the value of each choice is its index."""
    return f"pick:{menu}"


def pressed(action_id: str, value: str) -> Press | MenuChoice:
    """The inverse of both. Raises ValueError for what is none of ours."""
    word, _, menu = action_id.partition(":")
    if menu:
        return AgainPress(menu) if word == "again" else MenuChoice(menu, int(value))
    return press_of(word, value)


def form_ids(form: FilledForm) -> tuple[str, str]:
    """A modal's callback_id, and what it is about; `form_of` is the inverse."""
    return form.word, form.window if isinstance(form, FilterForm) else form.approval
