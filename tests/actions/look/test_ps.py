"""`ps`: which containers are listed, and what is said of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.actions.look.ps import Ps
from bot.core.errors import UsageError
from bot.core.facts.containers import Attachment, ContainerPort
from bot.core.output import Note
from bot.core.target import Objects
from tests.actions.engine import NOW, SCOPE, Engine, container, facts_of, run

IN_SHOP = Attachment("shop", "10.0.0.2")


async def test_ps_leaves_out_what_has_stopped_and_counts_it():
    found = Objects(SCOPE, (container("web"), container("old", "exited"), container("loop", "restarting")))

    table, note = await run(Ps(), found, Engine())

    assert [row[0] for row in table.rows] == ["loop", "web"]
    assert table.rows[1][4] == "3h"
    assert note == Note("1 more is not running: `ps -a` shows them.")


async def test_of_many_ports_a_few_are_shown():
    known = {"web": facts_of(container("web"), ports=tuple(ContainerPort(f"{port}/tcp") for port in range(1, 33)))}
    (table,) = await run(Ps(), Objects(SCOPE, (container("web"),)), Engine(known))
    assert table.rows[0][6] == "1/tcp, 2/tcp, 3/tcp, 4/tcp and 28 more"


async def test_ps_of_nothing_says_so():
    assert await run(Ps(), Objects(SCOPE, ()), Engine()) == [Note("`local` has no running containers.")]


async def test_ps_is_sorted_by_any_column_and_wide_shows_more():
    known = {
        "web": facts_of(container("web"), created=NOW, restarts=2, command=("sh", "-c", "a b"), networks=(IN_SHOP,)),
        "db": facts_of(container("db"), created=NOW - timedelta(hours=3), restarts=10),
    }
    found = Objects(SCOPE, (container("web"), container("db")))

    by_restarts, by_age, wide = [
        (await run(action, found, Engine(known)))[0]
        for action in (Ps(sort_by="restarts"), Ps(sort_by=".metadata.creationTimestamp"), Ps(output="wide"))
    ]

    assert [row[0] for row in by_restarts.rows] == ["web", "db"]
    assert [row[0] for row in by_age.rows] == ["db", "web"]
    assert wide.columns[-3:] == ("ID", "IP", "COMMAND")
    assert wide.rows[1][-3:] == ("id-web", "10.0.0.2", "sh -c 'a b'")
    with pytest.raises(UsageError, match="can't sort by"):
        await run(Ps(sort_by="nonsense"), found, Engine(known))
