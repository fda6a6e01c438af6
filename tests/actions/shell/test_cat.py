"""`cat`: a file of a container, read from outside."""

from __future__ import annotations

import pytest

from bot.actions import catalog
from bot.core.errors import NotFound, UsageError
from bot.core.grammar import Grammar
from bot.core.output import File, Lines, Note
from tests.actions.engine import container, run
from tests.actions.files import WithFiles

GRAMMAR = Grammar(catalog())
STOPPED = container("web", "exited")
FILES = WithFiles(
    {"/app/config.yaml": b"a: 1", "/app/empty": b"", "/app/logo.png": b"\x89PNG\0"},
    {"/current": "/app/config.yaml", "/loop": "/loop2", "/loop2": "/loop"},
)


async def test_text_is_shown_with_its_last_line_whole():
    assert await run(GRAMMAR.parse("cat web:/app/config.yaml"), STOPPED, FILES) == [Lines(b"a: 1\n")]


async def test_a_link_is_followed_inside_the_container():
    assert await run(GRAMMAR.parse("cat web:/current"), STOPPED, FILES) == [Lines(b"a: 1\n")]


async def test_what_is_no_text_comes_as_a_file():
    assert await run(GRAMMAR.parse("cat web:/app/logo.png"), STOPPED, FILES) == [File("logo.png", b"\x89PNG\0")]


async def test_an_empty_file_is_said_to_be_empty():
    assert await run(GRAMMAR.parse("cat web:/app/empty"), STOPPED, FILES) == [Note("It is empty.")]


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("/app", UsageError, "a folder is at `/app`. `ls` lists it"),
        ("/nowhere", NotFound, "nothing is at `/nowhere`"),
        ("/loop", UsageError, "symbolic links form a loop"),
    ],
)
async def test_what_can_not_be_shown_is_said(path: str, error: type[Exception], said: str):
    with pytest.raises(error, match=said):
        await run(GRAMMAR.parse(f"cat web:{path}"), STOPPED, FILES)
