"""`ps`: which containers are listed, and what is said of the others."""

from __future__ import annotations

from bot.actions.look.ps import Ps
from bot.core.output import Note
from bot.core.target import Objects
from tests.actions.engine import SCOPE, Engine, container, run


async def test_ps_leaves_out_what_has_stopped_and_counts_it():
    found = Objects(SCOPE, (container("web"), container("old", "exited"), container("loop", "restarting")))

    table, note = await run(Ps(), found, Engine())

    assert [row[0] for row in table.rows] == ["loop", "web"]
    assert table.rows[1][4] == "3h"
    assert note == Note("1 more is not running: `ps -a` shows them.")


async def test_ps_of_nothing_says_so():
    assert await run(Ps(), Objects(SCOPE, ()), Engine()) == [Note("`local` has no running containers.")]
