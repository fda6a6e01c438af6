"""What the parts of a cluster's context share: where it is, who asks, and what is known for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from bot.backends.kubernetes.client import Api, Connection
from bot.backends.kubernetes.kinds import thing_of
from bot.backends.kubernetes.names import Names
from bot.core.ports.finding import Sees
from bot.core.target import Node, Resource, Row, Scope, Thing

T = TypeVar("T")
_KEPT_S = 10.0
_MOST_KEPT = 10_000


class Recent(Generic[T]):
    """Answers that hold for ten seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable) -> T | None:
        at, known = self._known.get(key, (0.0, None))
        return known if self._clock() - at < _KEPT_S else None

    def put(self, key: Hashable, value: T) -> T:
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[key] = (self._clock(), value)
        return value


class KubernetesPart:
    """One capability; the whole is `Kubernetes`. `api` is the person's, `own` the bot's."""

    scope: Scope
    connection: Connection
    api: Api
    own: Api
    names: Names
    places: Recent[Scope]
    grants: Recent[bool]
    images_with_env: dict[str, bool]
    secrets_of: frozenset[str] = frozenset()
    secret_texts: Recent[tuple[str, ...]]
    hides_mounted = True
    sees: Sees = staticmethod(lambda thing: True)
    mentioned: list[Thing]

    def thing(self, kind: str, seen: Mapping[str, Any], scope: Scope, row: Row | None = None) -> Resource | Node:
        """An object of this context."""
        return thing_of(kind, seen, scope, row, protects=self.scope.protected)
