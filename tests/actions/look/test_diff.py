"""`diff`: one line per file, and a sentence where there is none."""

from __future__ import annotations

from bot.actions.look.diff import Diff
from bot.core.output import Lines, Note
from bot.core.target import Container
from tests.actions.engine import Engine, container, run


class Changed(Engine):
    """A container with these changes."""

    def __init__(self, *changes: tuple[str, str]) -> None:
        super().__init__()
        self._changes = list(changes)

    async def changes(self, one: Container) -> list[tuple[str, str]]:
        return self._changes


async def test_each_file_is_a_line_whatever_its_name():
    (lines,) = await run(Diff(), container("web"), Changed(("A", "/tmp/x"), ("D", "/etc/caf\udce9")))
    assert lines == Lines(b"A /tmp/x\nD /etc/caf\xe9\n")


async def test_nothing_changed_is_said():
    assert await run(Diff(), container("web"), Changed()) == [Note("`web` has changed no file of its image.")]
