"""A cluster's context as one person sees it: where it is, who asks, what they may see, what is known for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from bot.backends.kubernetes.client import Api
from bot.backends.kubernetes.discovery import Served, is_served, named, served_by
from bot.backends.kubernetes.facts.objects import Listed
from bot.backends.kubernetes.kinds import group_of, path_of, thing_of
from bot.backends.kubernetes.names import Names
from bot.core.errors import ForbiddenByCluster
from bot.core.facts.objects import Refused
from bot.core.kinds import CLUSTER_WIDE
from bot.core.ports.finding import Sees
from bot.core.target import Node, Resource, Row, Scope, Thing

T = TypeVar("T")
_KEPT_S = 10.0
_MOST_KEPT = 1_000


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
            self._known = {key: (at, it) for key, (at, it) in self._known.items() if self._clock() - at < _KEPT_S}
        self._known[key] = (self._clock(), value)
        return value


@dataclass(frozen=True)
class KubernetesContext:
    """What the parts of a cluster share. `api` is the person's, `own` the bot's; `names` are those of all pods.

    hides_mounted: the content of mounted secrets. secrets_of: the namespaces whose secrets are read, so that their
    values are hidden. mentioned: whose names went into the parts' answers, beside what was found.
    """

    scope: Scope
    own: Api
    api: Api
    names: Names
    hides_mounted: bool = True
    secrets_of: frozenset[str] = frozenset()
    sees: Sees = lambda thing: True
    mentioned: list[Thing] = field(default_factory=list)
    namespaces: Recent[Mapping[str, Any]] = field(default_factory=Recent[Mapping[str, Any]])
    grants: Recent[bool] = field(default_factory=Recent[bool])
    secret_texts: Recent[tuple[str, ...]] = field(default_factory=Recent[tuple[str, ...]])
    images_with_env: dict[str, bool] = field(default_factory=dict)
    lists_of_kinds: Recent[list[Served]] = field(default_factory=Recent[list[Served]])
    served: dict[str, Served] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.scope.context

    def thing(self, kind: str, seen: Mapping[str, Any], scope: Scope, row: Row | None = None) -> Resource | Node:
        """An object of this context."""
        protects = self.scope.protected
        return thing_of(kind, seen, scope, row, protects=protects, cluster_wide=self.is_cluster_wide(kind))

    async def kind(self, word: str) -> str:
        """The kind that a word means here. Raises UsageError for one that the cluster doesn't serve."""
        if not is_served(word):
            return word
        who = tuple(self.api.who())
        known = self.lists_of_kinds.get(who) or self.lists_of_kinds.put(who, await served_by(self.api, self.name))
        found = named(word, known)
        if is_served(found.kind):
            self.served[found.kind] = found
        return found.kind

    def is_cluster_wide(self, kind: str) -> bool:
        """Whether its objects stand in no namespace."""
        return kind in CLUSTER_WIDE or (kind in self.served and not self.served[kind].namespaced)

    def path(self, kind: str, namespace: str = "", name: str = "") -> str:
        """The API's path of an object, or of the list of its kind. Raises UsageError as `path_of` does."""
        known = self.served.get(kind)
        return known.path(namespace, name) if known else path_of(kind, namespace, name)

    def resource(self, kind: str) -> str:
        """As a right names it: `deployments.apps`."""
        known = self.served.get(kind)
        group, plural = (known.group, known.plural) if known else group_of(kind)
        return f"{plural}.{group}" if group else plural

    async def listed(
        self,
        kind: str,
        scope: Scope,
        *,
        accept: str = "",
        query: Sequence[tuple[str, str]] = (),
        places: Mapping[str, Scope] | None = None,
    ) -> Listed:
        """What may be seen of a kind, or why the cluster doesn't say. places: by name, where all namespaces are asked;
        what is in another one is protected. Raises Unavailable.
        """
        found: list[Mapping[str, Any]] = []
        try:
            async for page in self.api.pages(
                f"list {kind}s in", scope, path_of(kind, scope.namespace), query, accept=accept
            ):
                for it in page["items"]:
                    here = scope if places is None else place_of(it["metadata"]["namespace"], scope, places)
                    if self.sees(self.thing(kind, it, here)):
                        found.append(it)
        except ForbiddenByCluster as error:
            return Refused(error.why)
        return found


def place_of(namespace: str, scope: Scope, places: Mapping[str, Scope]) -> Scope:
    """Where a namespace's objects are; of one that isn't among the places nothing is known, so it is protected."""
    return places.get(namespace, replace(scope, namespace=namespace, protected=True))
