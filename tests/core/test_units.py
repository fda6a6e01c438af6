"""Durations, times and sizes: a table of what is read, and of what is refused."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UsageError
from bot.core.units import (
    parse_duration,
    parse_engine_time,
    parse_size,
    parse_when,
    show_age,
    show_bytes,
    show_duration,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("2d", 172800), ("500ms", 0.5), ("45", 45), ("1.5h", 5400)]
)
def test_a_duration(text: str, seconds: float):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0s", "-5m", "5x", "m", "5 m 3", "99999999999d", "1h30", "٣m"])
def test_no_duration(text: str):
    with pytest.raises(UsageError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10m", NOW - timedelta(minutes=10)),
        ("11:30", NOW.replace(hour=11, minute=30)),
        ("13:00", NOW.replace(hour=13) - timedelta(days=1)),
        ("9:05:30", NOW.replace(hour=9, minute=5, second=30)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T14:05:00Z", datetime(2026, 1, 31, 14, 5, tzinfo=UTC)),
    ],
)
def test_a_moment(text: str, moment: datetime):
    assert parse_when(text, NOW) == moment


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_usage_error(text: str):
    with contextlib.suppress(UsageError):
        assert parse_when(text, NOW).tzinfo is not None


@pytest.mark.parametrize(("text", "count"), [("50MiB", 50 * 2**20), ("10MB", 10**7), ("4096", 4096), ("1.5 KiB", 1536)])
def test_a_size(text: str, count: int):
    assert parse_size(text) == count


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (show_bytes(1536), "1.5 KiB"),
        (show_bytes(0), "0 B"),
        (show_bytes(25 * 2**20), "25.0 MiB"),
        (show_bytes(3 * 2**40), "3.0 TiB"),
        (show_duration(0.042), "42ms"),
        (show_duration(3.21), "3.2s"),
        (show_duration(95), "1m35s"),
        (show_duration(200_000), "2d7h"),
        (show_age(NOW - timedelta(hours=3), NOW), "3h"),
        (show_age(None, NOW), "-"),
    ],
)
def test_shown(shown: str, expected: str):
    assert shown == expected


def test_an_engines_time_has_nanoseconds_and_a_zero():
    assert parse_engine_time("2026-11-23T12:00:00.123456789Z") == NOW.replace(microsecond=123456)
    assert parse_engine_time("0001-01-01T00:00:00Z") is None
