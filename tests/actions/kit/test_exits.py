"""What an exit status means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.exits import meaning


@pytest.mark.parametrize(
    ("code", "oom", "words"),
    [
        (0, False, "without an error"),
        (1, False, "its log says which"),
        (127, False, "not found"),
        (137, True, "OOM killed"),
        (137, False, "SIGKILL"),
        (143, False, "SIGTERM"),
        (139, False, "SIGSEGV"),
        (42, False, "the program's own status"),
    ],
)
def test_a_status_means(code: int, oom: bool, words: str):
    assert words in meaning(code, oom_killed=oom)


@given(st.integers(-1000, 1000), st.booleans())
def test_every_status_has_a_meaning(code: int, oom: bool):
    assert meaning(code, oom_killed=oom)
