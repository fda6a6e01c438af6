"""Files are scanned before they leave; what can't be scanned is named."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import CdebugError
from bot.core.output import File
from bot.core.redact import Redactor
from bot.pipeline.run.scanning import scan
from bot.unpacking import scrub

REDACTOR = Redactor()
SECRET = b"DB_PASSWORD=hunter22\n"


def archive(**members: bytes) -> File:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(f"app/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return File("app.tar.gz", out.getvalue())


def members(file: File) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(file.data), mode="r:gz") as tar:
        return {it.name: found.read() for it in tar if (found := tar.extractfile(it)) is not None}


async def test_a_text_file_is_redacted_and_keeps_its_end():
    assert (await scan(File("a.env", SECRET), REDACTOR, 1 << 20)).file.data == b"DB_PASSWORD=[redacted]\n"
    assert (await scan(File("a.env", b"plain"), REDACTOR, 1 << 20)).file.data == b"plain"


async def test_an_archive_is_redacted_member_by_member():
    scanned = await scan(archive(env=SECRET, log=b"fine\n", picture=b"\x89PNG\0\0"), REDACTOR, 1 << 20)
    assert members(scanned.file) == {
        "app/env": b"DB_PASSWORD=[redacted]\n",
        "app/log": b"fine\n",
        "app/picture": b"\x89PNG\0\0",
    }
    assert (scanned.hidden, scanned.binary) == (1, ("app/picture",))


@pytest.mark.parametrize("data", [b"\0", b"\xff\xfe\0", SECRET + b"\0"])
async def test_what_is_no_text_is_binary(data: bytes):
    assert (await scan(File("x", data), REDACTOR, 1 << 20)).binary == ("x",)


async def test_text_that_is_no_utf_8_is_text_all_the_same():
    latin = "Grüße\nDB_PASSWORD=hunter22\n".encode("latin-1")
    assert (await scan(File("x", latin), REDACTOR, 1 << 20)).file.data == "Grüße\nDB_PASSWORD=[redacted]\n".encode(
        "latin-1"
    )
    scanned = await scan(archive(latin=latin), REDACTOR, 1 << 20)
    assert (scanned.hidden, scanned.binary) == (1, ())


async def test_a_header_that_claims_more_than_there_may_be_is_refused():
    """A GNU long name of 1.5 GiB, of which the archive holds all: its zeros cost a few kilobytes."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1_500 << 20
    with gzip.open(out := io.BytesIO(), "wb", compresslevel=1) as packed:
        packed.write(entry.tobuf(tarfile.GNU_FORMAT))
        for _ in range(64):
            packed.write(bytes(1 << 20))
    with pytest.raises(CdebugError) as error:
        await scan(File("x.tar.gz", out.getvalue()), REDACTOR, 50 << 20)
    assert "it unpacks to more than 50.0 MiB" in str(error.value)


async def test_content_that_is_secret_by_its_place_is_told_by_its_size():
    scanned = await scan(replace(archive(creds=b"plain words"), hidden=("app/creds",)), REDACTOR, 1 << 20)
    assert members(scanned.file) == {"app/creds": b"[redacted: 11 bytes of a mounted secret]\n"}
    assert scanned.hidden == 1


async def test_an_archive_that_is_none_is_one_line():
    for data in (b"not gzip", gzip.compress(b"not tar" * 200)):
        with pytest.raises(CdebugError) as error:
            await scan(File("x.tar.gz", data), REDACTOR, 1 << 20)
        assert "can't be scanned" in str(error.value)


@given(st.text())
def test_text_without_a_secret_is_left_to_the_byte(text: str):
    data = text.encode()
    scrubbed = scrub(data, Redactor())
    if b"\0" in data:
        assert scrubbed is None
    elif scrubbed and not scrubbed[1]:
        assert scrubbed[0] == data


async def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = archive(zeros=b"\0" * 5_000_000)
    assert len(bomb.data) < 10_000
    with pytest.raises(CdebugError) as error:
        await scan(bomb, REDACTOR, 1 << 20)
    assert "it unpacks to more than 1.0 MiB" in str(error.value)
