"""What isn't text is a file, whatever pieces it comes in; what is text stays text."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.binary import BinaryOutput
from bot.core.output import File, Note

BINARY = [
    gzip.compress(b"x" * 9, mtime=0x5F5F5F5F),
    b"\x7fELF\x02\x01\x01" + bytes(9),
    b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00\x01\x00\x00\x00",
    bytes(5_000),
    "DB_PASSWORD=hunter2secret".encode("utf-16-le"),
]
TEXT = [
    b"PATH=/bin\0HOME=/root\0", b"sh\0-c\0sleep 5\0", "größe=1\0naïve=2\0".encode(), b"a\nb\n", b"",
    b"nginx: master process" + bytes(40) + b"DB_PASSWORD=hunter2secret\0",
    b"\x1b[31mred\x1b[0m\n",
    "\u65e5\u672c\u8a9e\n".encode() * 9_000,
]  # fmt: skip


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("data", BINARY)
@pytest.mark.parametrize("size", [7, 1 << 16])
async def test_what_is_no_text_comes_as_it_is(data: bytes, size: int):
    output = BinaryOutput(1 << 20)
    for piece in _pieces(data, size):
        output.takes(piece)
    assert await output.close(whole=True) == [File("output.bin", data)]


@pytest.mark.parametrize("data", TEXT)
async def test_what_is_text_is_left_alone(data: bytes):
    output = BinaryOutput(1 << 20)
    assert not any(map(output.takes, _pieces(data, 4_096)))
    assert await output.close(whole=True) == []


@given(st.lists(st.binary(max_size=300), max_size=20))
async def test_no_byte_is_lost_or_told_twice_once_it_is_a_file(pieces: list[bytes]):
    output = BinaryOutput(1 << 20)
    for piece in pieces:
        output.takes(piece)
    for made in await output.close(whole=True):
        assert isinstance(made, File)
        assert made.name == "output.tar.gz" or made.data == b"".join(pieces)


async def test_an_archive_gets_a_name_by_which_it_is_scanned():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a"))
    for data in (made.getvalue(), gzip.compress(made.getvalue())):
        output = BinaryOutput(1 << 20)
        output.takes(data)
        (file,) = await output.close(whole=True)
        assert isinstance(file, File)
        assert file.name == "output.tar.gz"
        assert gzip.decompress(file.data) == made.getvalue()


async def test_an_archive_that_was_cut_short_is_not_shown_and_other_files_are():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a"))
    output = BinaryOutput(1 << 20)
    output.takes(made.getvalue()[:700])
    assert await output.close(whole=False) == [
        Note("It wrote 700 B of an archive that was cut short: it is not shown.")
    ]
    output = BinaryOutput(1 << 20)
    output.takes(BINARY[1])
    assert await output.close(whole=False) == [File("output.bin", BINARY[1])]
