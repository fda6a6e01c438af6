"""`inspect`: the engine's own words, secrets hidden, whole or in part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.actions.look.inspect import Inspect
from bot.core.errors import UsageError
from bot.core.target import Thing
from tests.actions.engine import Engine, container, run


class Seen(Engine):
    """An engine that knows this of anything."""

    form = "json"

    async def inspect(self, thing: Thing) -> Mapping[str, Any]:
        return {"State": {"Pid": 7}, "Config": {"Env": ["DB_PASSWORD=hunter22", "LOG=debug"]}}


async def test_it_is_shown_as_json_with_secrets_hidden():
    (lines,) = await run(Inspect(), container("web"), Seen())
    shown = json.loads(lines.data)
    assert shown["State"] == {"Pid": 7}
    assert shown["Config"]["Env"] == ["DB_PASSWORD=[redacted]", "LOG=debug"]


async def test_a_part_is_a_path_in_it():
    (lines,) = await run(Inspect(path=".State.Pid"), container("web"), Seen())
    assert lines.data == b"7\n"


async def test_a_part_that_is_not_there_says_what_is():
    with pytest.raises(UsageError, match="State"):
        await run(Inspect(path=".Sate"), container("web"), Seen())


async def test_it_is_yaml_where_that_is_asked_for():
    (lines,) = await run(Inspect(path=".State", output="yaml"), container("web"), Seen())
    assert lines.data.decode().strip() == "Pid: 7"
