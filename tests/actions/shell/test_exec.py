"""`exec`: what its flags take."""

from __future__ import annotations

import pytest

from bot.actions import catalog
from bot.actions.shell.exec import Exec
from bot.core.errors import UsageError
from bot.core.grammar import Grammar

GRAMMAR = Grammar(catalog())


@pytest.mark.parametrize("pair", ["--split-string=sh -c id", "-S=id", "=x", "X", "A B=1", "1A=2", "$(id)=x", "-u=PATH"])
def test_a_variable_has_a_variables_name(pair: str):
    with pytest.raises(UsageError, match="takes `NAME=value`"):
        GRAMMAR.parse(f"exec web --env='{pair}' -- id")


@pytest.mark.parametrize("pair", ["LOG_LEVEL=debug", "a.b-c=1", "_X=", "OPTS=--split-string=x"])
def test_the_neighbour_a_plain_variable_is_set(pair: str):
    action = GRAMMAR.parse(f"exec web --env '{pair}' -- id")
    assert isinstance(action, Exec)
    assert action.env == (pair,)
