"""A sentence: text, and between the texts people and moments, which each reader is shown in their own way."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core.pattern import compiled


class Mention(str):
    """A person, as `<@U0ANN>`: the one text that Slack may turn into a name. Nothing that anybody typed becomes one."""

    __slots__ = ()


class Moment(str):
    """A point in time, shown in the reader's own zone. Its text is what stands where that can't be done.

    at: seconds since the epoch. form: as Slack's date elements have it, such as `{time}`.
    """

    at: int
    form: str


Said = str | tuple[str, ...]
_USER = compiled(r"[UW][A-Z0-9]+")


def mention(user: str) -> Mention:
    """A person, by their id: a name can be chosen by anybody. What is no id is nobody's."""
    return Mention(f"<@{user}>" if _USER.fullmatch(user) else "somebody")


def clock_time(at: datetime) -> Moment:
    """A moment of today: its hour and minute."""
    return _moment(at, "{time}", f"{at.astimezone(UTC):%H:%M} UTC")


def date_and_time(at: datetime) -> Moment:
    """A moment of any day, to the second."""
    return _moment(at, "{date_short_pretty} {time_secs}", f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")


def _moment(at: datetime, form: str, fallback: str) -> Moment:
    made = Moment(fallback)
    made.at, made.form = int(at.timestamp()), form
    return made


def after(text: str, said: Said) -> Said:
    """A sentence that begins with `text`."""
    return text + said if isinstance(said, str) else (text, *said)


def parts_of(said: Said) -> tuple[str, ...]:
    """A sentence as its parts."""
    return said if isinstance(said, tuple) else (said,)
