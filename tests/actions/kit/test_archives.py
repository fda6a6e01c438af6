"""What is taken out of a container stays what was asked for."""

from __future__ import annotations

import contextlib
import io
import tarfile

import pytest

from bot.actions.kit.archives import content, members_of, named, packed
from bot.core.errors import CdebugError, UsageError


def tar(*members: tuple[str, bytes, str]) -> bytes:
    """(name, kind as tarfile has it, content or link)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, what in members:
            entry = tarfile.TarInfo(name)
            entry.type = kind
            if kind == tarfile.REGTYPE:
                entry.size = len(what.encode())
                archive.addfile(entry, io.BytesIO(what.encode()))
            else:
                entry.linkname = what
                archive.addfile(entry)
    return out.getvalue()


MOST = 50 * 2**20
F, D, L, H = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


@pytest.mark.parametrize(
    "member",
    [
        ("app/out", L, "/etc/passwd"),
        ("app/out", L, "../secrets"),
        ("app/sub/out", L, "../../secrets"),
        ("app/out", L, "../application/x"),
        ("app/out", H, "../etc/passwd"),
        ("app/out", H, "etc/passwd"),
        ("../escape", F, "x"),
        ("/etc/passwd", F, "x"),
        ("app/../../x", F, "x"),
        ("app/pipe", tarfile.FIFOTYPE, ""),
        ("app/disk", tarfile.BLKTYPE, ""),
    ],
)
def test_what_leads_outside_stays_behind(member: tuple[str, bytes, str]):
    file, left_out = packed(tar(("app", D, ""), ("app/a", F, "a"), member), "app", MOST)

    assert left_out == (member[0],)
    with tarfile.open(fileobj=io.BytesIO(file.data)) as archive:
        assert archive.getnames() == ["app", "app/a"]


def test_links_inside_come_along():
    members = (("app", D, ""), ("app/a", F, "a"), ("app/sub/b", L, "../a"), ("app/c", H, "app/a"))
    file, left_out = packed(tar(*members), "app", MOST)
    assert left_out == ()
    assert file.name == "app.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(file.data)) as archive:
        assert len(archive.getnames()) == 4


def test_one_file_is_its_content_and_anything_else_is_said():
    assert content(tar(("a", F, "hello")), "/a", MOST) == b"hello"
    with pytest.raises(UsageError):
        content(tar(("a", D, "")), "/a", MOST)
    with pytest.raises(CdebugError):
        packed(b"no tar" * 200, "x", MOST)


def test_many_names_are_a_few_and_a_number():
    assert named(tuple("abcdefgh")) == "`a`, `b`, `c`, `d`, `e` and 3 more"


def _of_negative_size(kind: bytes) -> bytes:
    entry = tarfile.TarInfo("x")
    entry.type = kind
    block = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = (-512).to_bytes(12, "big", signed=True)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("kind", [b"Z", b"0", b"5"])
def test_a_member_that_leads_back_to_itself_is_no_archive(kind: bytes):
    archive = tar(("app", D, ""))[:512] + _of_negative_size(kind) * 3 + b"\0" * 1_024
    for read in (
        lambda: content(archive, "/app", MOST),
        lambda: packed(archive, "app", MOST),
        lambda: members_of(archive),
    ):
        with contextlib.suppress(CdebugError, UsageError):
            read()


@pytest.mark.parametrize(
    "archive", [tar(("app", D, ""))[:512] + _of_negative_size(b"Z") + b"\0" * 1_024, b"junk" * 512]
)
def test_a_broken_archive_says_so(archive: bytes):
    with pytest.raises(CdebugError, match="can't be read"):
        members_of(archive)


@pytest.mark.parametrize(("kind", "size"), [(tarfile.XHDTYPE, 200_000), (tarfile.XGLTYPE, 20)])
def test_a_header_that_no_name_needs_is_refused_at_once(kind: bytes, size: int):
    entry = tarfile.TarInfo("header")
    entry.type, entry.size = kind, size
    archive = entry.tobuf(tarfile.USTAR_FORMAT) + b"1" * (-(-size // 512) * 512)
    with pytest.raises(CdebugError, match="can't be read"):
        members_of(archive)
