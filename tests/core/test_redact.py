"""Secrets leave nothing but a word; what is no secret stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misconfigured
from bot.core.redact import HIDDEN, Redactor, hide_settings

REDACTOR = Redactor({"acme": "ACME-([A-Z0-9]{16})"})


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("DB_PASSWORD=hunter22 next", "DB_PASSWORD=[redacted] next"),
        ("password: hunter22", "password: [redacted]"),
        ("DB_PASS=hunter22", "DB_PASS=[redacted]"),
        ("MYSQL_PWD=hunter22", "MYSQL_PWD=[redacted]"),
        ("ENCRYPTION_KEY=abc,def", "ENCRYPTION_KEY=[redacted]"),
        ('password="my secret pass"', 'password="[redacted]"'),
        ("mysql --password hunter22 -h db", "mysql --password [redacted] -h db"),
        ('{"api_key": "abcdef"}', '{"api_key": "[redacted]"}'),
        ("postgres://shop:pw@db:5432/x", "postgres://shop:[redacted]@db:5432/x"),
        ("Authorization: Bearer abcdef.ghijkl", "Authorization: Bearer [redacted]"),
        ("key AKIAABCDEFGHIJKLMNOP used", "key [redacted] used"),
        ("ghp_" + "a" * 36, "[redacted]"),
        ("xoxb-123456789012-abc", "[redacted]"),
        ("id ACME-ABCDEFGHIJKLMNOP!", "id [redacted]!"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh", "[redacted]"),
    ],
)
def test_a_secret_is_hidden(line: str, shown: str):
    assert REDACTOR.text(line) == shown


@pytest.mark.parametrize(
    "line", ["GET /tokens 200", "https://a.b/c", "password reset sent", "took 35ms", "a:b@c", "PWD=/srv"]
)
def test_no_secret_stays(line: str):
    assert REDACTOR.text(line) == line


@given(st.binary(max_size=60).filter(lambda it: b"\n" not in it), st.binary(max_size=60))
def test_a_secret_in_any_surrounding_is_hidden(before: bytes, after: bytes):
    block, count = REDACTOR.block(before + b" ACME-ABCDEFGHIJKLMNOP " + after)
    assert b"ABCDEFGHIJKLMNOP" not in block
    assert count >= 1


def test_settings_of_an_engine_are_hidden_by_their_names():
    seen = {"Config": {"Env": ["DB_PASSWORD=a b c", "LANG=C", "TOKEN="], "Labels": {"secret_token": "x", "a": "b"}}}

    shown = hide_settings(seen)

    assert shown["Config"]["Env"] == [f"DB_PASSWORD={HIDDEN}", "LANG=C", "TOKEN="]
    assert shown["Config"]["Labels"] == {"secret_token": HIDDEN, "a": "b"}


def test_an_operators_anchors_mean_a_lines_ends():
    assert Redactor({"pin": r"^PIN \d+$"}).block(b"a\nPIN 1234\nb\n") == (b"a\n[redacted]\nb\n", 1)


def test_a_prompt_does_not_eat_the_next_line():
    assert Redactor().block(b"Enter password:\n2026-01-01 started\n")[1] == 0


def test_a_pattern_that_is_found_in_every_line_is_refused():
    with pytest.raises(Misconfigured, match="every line"):
        Redactor({"all": "x*"})


def test_a_bad_pattern_of_an_operator_names_its_key():
    with pytest.raises(Misconfigured, match=r"redact\.patterns\.broken"):
        Redactor({"broken": "(("})
