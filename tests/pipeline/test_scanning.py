"""Files are scanned before they leave; what can't be scanned is named."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import CdebugError
from bot.core.output import File
from bot.core.redact import Redactor
from bot.pipeline.scanning import scan, scrub

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


def test_a_text_file_is_redacted_and_keeps_its_end():
    assert scan(File("a.env", SECRET), REDACTOR, 1 << 20).file.data == b"DB_PASSWORD=[redacted]\n"
    assert scan(File("a.env", b"plain"), REDACTOR, 1 << 20).file.data == b"plain"


def test_an_archive_is_redacted_member_by_member():
    scanned = scan(archive(env=SECRET, log=b"fine\n", picture=b"\x89PNG\0\0"), REDACTOR, 1 << 20)
    assert members(scanned.file) == {
        "app/env": b"DB_PASSWORD=[redacted]\n",
        "app/log": b"fine\n",
        "app/picture": b"\x89PNG\0\0",
    }
    assert (scanned.hidden, scanned.binary) == (1, ("app/picture",))


@pytest.mark.parametrize("data", [b"\0", b"\xff\xfe", SECRET + b"\0"])
def test_what_is_no_text_is_binary(data: bytes):
    assert scan(File("x", data), REDACTOR, 1 << 20).binary == ("x",)


def test_an_archive_that_is_none_is_one_line():
    for data in (b"not gzip", gzip.compress(b"not tar" * 200)):
        with pytest.raises(CdebugError) as error:
            scan(File("x.tar.gz", data), REDACTOR, 1 << 20)
        assert "can't be read" in str(error.value)


@given(st.text())
def test_text_without_a_secret_is_left_to_the_byte(text: str):
    data = text.encode()
    scrubbed = scrub(data, Redactor())
    if b"\0" in data:
        assert scrubbed is None
    elif scrubbed and not scrubbed[1]:
        assert scrubbed[0] == data


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = archive(zeros=b"\0" * 5_000_000)
    assert len(bomb.data) < 10_000
    with pytest.raises(CdebugError) as error:
        scan(bomb, REDACTOR, 1 << 20)
    assert "unpacks to too much" in str(error.value)
