"""What somebody reads where a proxy or a login page answers in the engine's place: one line, never a stack trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.backends.docker import connect
from bot.core.bench import Bench
from bot.core.errors import Unavailable
from bot.core.ports.events import EventsPort
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.facts import FactsPort, InspectPort
from bot.core.ports.files import DiffPort, FilesPort
from bot.core.ports.usage import UsagePort
from bot.core.takes import one
from bot.core.target import Container, Objects, Scope, TargetRef
from tests.backends.nonsense import answering, drained

NOW = datetime.now(UTC)
WEB = Container(Scope("here", "docker"), "a" * 64, "web", "web:1", state="running")
HOUR = (NOW - timedelta(hours=1), NOW)


@pytest.mark.parametrize(
    ("port", "ask"),
    [
        (FactsPort, lambda it: it.facts(WEB)),
        (InspectPort, lambda it: it.inspect(WEB)),
        (EventsPort, lambda it: it.events(Objects(WEB.scope, (WEB,)), *HOUR)),
        (UsagePort, lambda it: it.usages([WEB], 0)),
        (ExecPort, lambda it: it.exec(WEB, ExecQuery(("id",)))),
        (FilesPort, lambda it: it.stat(WEB, "/etc")),
        (DiffPort, lambda it: it.changes(WEB)),
    ],
)
async def test_what_is_no_engine_is_said_to_be_none(port: Any, ask: Any):
    async with answering(b"<html>sign in</html>") as address:
        engine = connect("here", f"tcp://{address}")
        try:
            with pytest.raises(Unavailable, match="what answers for the engine of `here` is not a Docker Engine"):
                await drained(ask(Bench(engine, NOW).port(port)))
            with pytest.raises(Unavailable, match="not a Docker Engine"):
                await engine.find(TargetRef("web"), one("container"))
        finally:
            await engine.close()
