"""Places in an engine's JSON, as people write them, and what is there instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UsageError
from bot.core.paths import pick

SEEN: dict[str, Any] = {
    "State": {"Pid": 42, "Status": "running"},
    "Mounts": [{"Source": "/a"}, {"Source": "/b"}],
    "Config": {"Labels": {"com.docker.compose.project": "shop", "a-b": "c"}},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".State.Pid", 42),
        ("State.Pid", 42),
        (".[0].State.Pid", 42),
        (".Mounts[1].Source", "/b"),
        ('.Config.Labels["com.docker.compose.project"]', "shop"),
        (".Config.Labels.a-b", "c"),
        (".", SEEN),
    ],
)
def test_a_path(path: str, value: Any):
    assert pick(SEEN, path) == value


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".Stat", "Did you mean `State`?"),
        (".Nope", "Choose one of State, Mounts, Config."),
        (".Mounts[2]", "The list has 2 entries"),
        (".State.Pid.x", "What is before it has no parts."),
        (".State..Pid", "not a path at column 7"),
        (".State[", "not a path at column 7"),
        (".Mounts[" + "9" * 5000 + "]", "not a path at column 8"),
    ],
)
def test_no_path(path: str, line: str):
    with pytest.raises(UsageError) as error:
        pick(SEEN, path)
    assert line in str(error.value)


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_one_line(path: str):
    try:
        pick(SEEN, path)
    except UsageError as error:
        assert str(error)
