"""`ls`: the files of a container that has stopped, as a table."""

from __future__ import annotations

from bot.actions import catalog
from bot.core.grammar import Grammar
from bot.core.output import Table
from tests.actions.engine import container, run
from tests.actions.files import WithFiles

GRAMMAR = Grammar(catalog())
STOPPED = container("web", "exited")
FILES = WithFiles({"/app/b": b"12345", "/app/a": b"1", "/app/sub/deep": b""})


async def test_the_direct_members_of_a_folder_are_rows_by_name():
    (table,) = await run(GRAMMAR.parse("ls web:/app"), STOPPED, FILES)
    assert isinstance(table, Table)
    assert table.columns[0] == "NAME"
    assert [row[:2] for row in table.rows] == [("a", "1 B"), ("b", "5 B")]
    assert table.rows[0][2:] == ("2023-11-14 22:13", "-rw-r-----", "0:0")


async def test_a_file_is_one_row():
    (table,) = await run(GRAMMAR.parse("ls web:/app/b"), STOPPED, FILES)
    assert [row[0] for row in table.rows] == ["b"]
