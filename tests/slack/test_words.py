"""Typed text, with what clients and Slack made of it undone exactly once."""

from __future__ import annotations

import pytest

from bot.slack.words import clean, parted


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


@pytest.mark.parametrize(
    ("sent", "command", "stdin"),
    [
        ("exec web -- cat ```a\nb```", "exec web -- cat", "a\nb"),
        ("exec web -- cat\n```\na &amp; b\n```", "exec web -- cat", "a & b\n"),
        ("exec web -- cat ```“x” —y```", "exec web -- cat", "“x” —y"),
        ("```docker logs web```", "docker logs web", ""),
        ("exec web -- sh -c `a | b`", "exec web -- sh -c a | b", ""),
        ("logs web", "logs web", ""),
    ],
)
def test_a_code_block_after_the_words_is_standard_input(sent: str, command: str, stdin: str):
    assert parted(sent) == (command, stdin)
