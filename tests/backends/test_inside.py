"""What a container says of its own files is not believed further than it holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.backends.inside import _REAL, _members, _reasons
from bot.core.errors import UsageError


def test_a_file_that_is_shorter_than_it_was_takes_nothing_of_the_next():
    shrunk = b"60 ./log\n" + b"22 ./secrets/db\nTOPSECRETPASSWORD12345"
    assert _members(shrunk) == []


def test_an_archive_of_nothing_but_names_is_bounded():
    with pytest.raises(UsageError, match="too many files"):
        _members(b"0 a\n" * 100_000)


def test_who_failed_without_a_word_is_told_by_the_status():
    assert _reasons(b"", 137) == ["it ended with exit status 137"]
    assert _reasons(b"tar: a: Permission denied\ntar: Exiting with failure status due to previous errors\n", 2) == [
        "a: Permission denied"
    ]


@pytest.mark.parametrize(
    ("path", "status", "leads"),
    [("link/token", 0, "secret/token"), ("secret", 0, "secret"), ("last", 45, ""), ("link", 45, ""), ("none", 44, "")],
)
def test_without_readlink_a_link_leads_past_no_secrets_place(tmp_path: Path, path: str, status: int, leads: str):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "token").write_text("s")
    (tmp_path / "link").symlink_to("secret")
    (tmp_path / "last").symlink_to("secret/token")

    command = ["sh", "-c", _REAL, "sh", f"{tmp_path}/{path}"]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=10)

    assert said.returncode == status
    assert said.stdout.strip() == (f"{tmp_path}/{leads}" if leads else "")
