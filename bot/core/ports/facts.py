"""Facts about an object. The values are in `core/facts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

from bot.core.facts.containers import ContainerFacts
from bot.core.facts.objects import ObjectFacts
from bot.core.target import Container, Thing


@runtime_checkable
class FactsPort(Protocol):
    """Facts about one container."""

    async def facts(self, container: Container) -> ContainerFacts: ...


@runtime_checkable
class ObjectsPort(Protocol):
    """Facts about any other object, and about the pods that a workload makes."""

    async def object_facts(self, thing: Thing) -> ObjectFacts: ...


@runtime_checkable
class InspectPort(Protocol):
    """An object in the engine's own words. form: in which people of that engine are used to read it."""

    form: Literal["json", "yaml"]

    async def inspect(self, thing: Thing) -> Mapping[str, Any]: ...
