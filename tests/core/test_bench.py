"""The bench: what a verb reaches, and what somebody reads where an engine has no such thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

import pytest

from bot.core.bench import Bench
from bot.core.errors import Unsupported
from tests.fakes.in_memory import InMemoryEngine


@runtime_checkable
class Weigh(Protocol):
    def weigh(self) -> int: ...


@runtime_checkable
class Paint(Protocol):
    def paint(self) -> None: ...


class Engine(InMemoryEngine):
    def weigh(self) -> int:
        return 3


BENCH = Bench(Engine(), datetime(2026, 1, 31, tzinfo=UTC))


def test_a_port_that_the_engine_has_is_handed_over():
    assert BENCH.port(Weigh).weigh() == 3
    assert BENCH.has(Weigh)
    assert not BENCH.has(Paint)
    BENCH.require("weigh", (Weigh,))


def test_an_engine_that_lacks_a_port_is_named_with_the_verb():
    with pytest.raises(Unsupported) as raised:
        BENCH.require("paint", (Weigh, Paint))
    assert str(raised.value).startswith("`paint` is not supported on the docker context `local`.")
    with pytest.raises(Unsupported):
        BENCH.port(Paint)
