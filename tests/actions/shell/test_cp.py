"""`cp`: a file as it is, a folder as an archive."""

from __future__ import annotations

import io
import tarfile

from bot.actions import catalog
from bot.core.grammar import Grammar
from bot.core.output import File
from tests.actions.engine import container, run
from tests.actions.files import WithFiles

GRAMMAR = Grammar(catalog())
STOPPED = container("web", "exited")
FILES = WithFiles({"/app/b": b"12345", "/app/sub/a": b"1"})


async def test_a_file_comes_under_its_own_name():
    outputs = await run(GRAMMAR.parse("cp web:/app/b"), STOPPED, FILES)
    assert outputs[0] == File("b", b"12345")


async def test_a_folder_comes_as_a_packed_archive():
    (file, *_) = await run(GRAMMAR.parse("cp web:/app"), STOPPED, FILES)
    assert isinstance(file, File)
    assert file.name == "app.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(file.data)) as tar:
        assert sorted(tar.getnames()) == ["app", "app/b", "app/sub/a"]
