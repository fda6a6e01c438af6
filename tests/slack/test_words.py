"""Typed text, with what clients and Slack made of it undone exactly once."""

from __future__ import annotations

import pytest

from bot.slack.words import clean


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("logs web —tail 5", "logs web --tail 5"),
        ("logs web –tail 5", "logs web --tail 5"),
        ("ps –a", "ps -a"),
        ("logs web --grep “two words”", 'logs web --grep "two words"'),
        ("logs web --grep ‘it’", "logs web --grep 'it'"),
        ("logs --grep a&amp;&lt;b&gt;", "logs --grep a&<b>"),
        ("logs --grep &amp;amp;", "logs --grep &amp;"),
        ("logs <http://web.shop|web.shop>", "logs web.shop"),
        ("http <https://a.b/c?x=1&amp;y=2>", "http https://a.b/c?x=1&y=2"),
        ("logs <mailto:a@b.c|a@b.c>", "logs a@b.c"),
        ("note <@U0ANN> <#C0X|general>", "note <@U0ANN> <#C0X|general>"),
        ("`logs web —tail “x”`", "logs web —tail “x”"),
        ("```docker logs web```", "docker logs web"),
        ("logs web --grep `a &amp;&amp; b`", "logs web --grep a && b"),
        ("  ps\u00a0-a ", "ps -a"),
        ("it`s one tick", "it`s one tick"),
    ],
)
def test_what_was_meant(sent: str, meant: str):
    assert clean(sent) == meant
