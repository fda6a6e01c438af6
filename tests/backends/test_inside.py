"""What a container says of its own files is not believed further than it holds."""

from __future__ import annotations

import pytest

from bot.backends.inside import _members, _reasons
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
