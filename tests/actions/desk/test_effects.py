"""Desk verbs: what each asks for, and what it refuses to take."""

from __future__ import annotations

import pytest

from bot.actions import catalog
from bot.core import effect
from bot.core.action import DeskAction
from bot.core.errors import UsageError
from bot.core.grammar import Grammar

GRAMMAR = Grammar(catalog())


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("again", effect.Rerun()),
        ("approve 3f9a", effect.ApproveRequest("3f9a")),
        ("audit --who @ann --target web --since 1h", effect.ReadAudit("@ann", "web", "1h")),
        ("can exec checkout", effect.MayI("exec checkout")),
        ("deny 3f9a --why 'not now'", effect.DenyRequest("3f9a", "not now")),
        ("grep timeout", effect.GrepKept("timeout")),
        ("help logs", effect.ShowManual("logs")),
        ("clean", effect.CleanUp()),
        ("clean a b", effect.CleanUp(("a", "b"))),
        ("clean --mine", effect.CleanUp(mine=True)),
        ("requests", effect.ListRequests()),
        ("save", effect.SaveKept()),
        ("sessions", effect.ListSessions()),
        ("stop", effect.StopRuns()),
        ("use local/shop", effect.UseScope("local/shop")),
        ("whoami", effect.WhoAmI()),
    ],
)
def test_a_desk_verb_asks_for_one_thing(line: str, wanted: object):
    action = GRAMMAR.parse(line)
    assert isinstance(action, DeskAction)
    assert action.effect() == wanted


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("approve", "needs a request's id"),
        ("deny", "needs a request's id"),
        ("grep", "needs a pattern"),
        ("grep '('", "pattern"),
        ("can", "needs a verb"),
        ("stop web", "stop"),
    ],
)
def test_what_a_desk_verb_lacks_is_said(line: str, why: str):
    with pytest.raises(UsageError) as refused:
        GRAMMAR.parse(line)
    assert why in str(refused.value)
