"""`kill`: only what carries the mark, by a text of ours that nothing typed becomes part of."""

from __future__ import annotations

import pytest

from bot.actions import catalog
from bot.actions.shell.kill import Kill
from bot.core.errors import UsageError
from bot.core.grammar import Grammar

GRAMMAR = Grammar(catalog())


@pytest.mark.parametrize("line", ["kill web", "kill web --run ''", "kill web --run 'a; rm -rf /'", "kill web --run ä"])
def test_a_mark_is_letters_and_digits(line: str):
    with pytest.raises(UsageError, match="needs `--run` with a mark"):
        GRAMMAR.parse(line)


@pytest.mark.parametrize("signal", ["9", "SIGTERM", "STOP", "TERM;id"])
def test_a_signal_is_one_of_those_that_end(signal: str):
    with pytest.raises(UsageError, match="no such signal"):
        GRAMMAR.parse(f"kill web --run 9f2c -s '{signal}'")


def test_the_neighbour_a_mark_and_a_signal_are_taken():
    action = GRAMMAR.parse("kill web --run 9f2c41aa -s KILL")
    assert isinstance(action, Kill)
    assert (action.mark, action.signal) == ("9f2c41aa", "KILL")
