"""The names of all pods, watched as the bot: what a part of a name may mean, without a list each time.

It holds metadata alone. What it says is asked only after an access review as the person, and each name that
leaves it passed policy. Source: Kubernetes API concepts, "Efficient detection of changes", "Resource bookmarks".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from rapidfuzz import fuzz, process

from bot.backends.kubernetes.client import METADATA, METADATA_LIST, Api
from bot.backends.kubernetes.kinds import owner_of, path_of
from bot.backends.kubernetes.marks import MANAGER
from bot.core.errors import NotFound
from bot.core.target import Resource, Scope

_QUIET_S, _WATCH_S = 330.0, 300
_RETRY_S, _LONGEST_RETRY_S = 1.0, 30.0
_NEAR = 55.0
_MOST_GONE = 5_000
_MOST_PAGES = 1_000  # half a million pods: more than a cluster may have
Entry = tuple[str, Mapping[str, str], str, int]


class Names:
    """`ready` is set while it is complete; until then nobody asks it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._pods: dict[str, dict[str, Entry]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._gone: dict[str, tuple[str, str, Entry]] = {}
        self._helped: set[tuple[str, str]] = set()
        self.ready = asyncio.Event()

    async def keep(self) -> None:
        """List, then watch, for ever; whatever breaks is begun anew."""
        wait = _RETRY_S
        while True:
            try:
                version = await self._list()
                self.ready.set()
                wait = _RETRY_S
                while True:
                    version = await self._watch(version)
            except Exception:  # whatever an answer holds, the bot goes on, and tries it anew
                self.ready.clear()
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_RETRY_S)

    async def _list(self) -> str:
        pods: dict[str, dict[str, Entry]] = {}
        helped: set[tuple[str, str]] = set()
        version = ""
        about = self._api.connection.name
        async for page in self._api.pages(
            "list the pods of", about, path_of("pod"), accept=METADATA_LIST, most=_MOST_PAGES
        ):
            version = version or page["metadata"]["resourceVersion"]
            for item in page["items"]:
                metadata = item["metadata"]
                pods.setdefault(metadata["namespace"], {})[metadata["name"]] = _entry(metadata)
                if _is_helped(metadata):
                    helped.add((metadata["namespace"], metadata["name"]))
        for namespace, known in self._pods.items():
            for name, entry in known.items():
                if pods.get(namespace, {}).get(name, ("",))[0] != entry[0]:
                    self._remember(namespace, name, entry)
        self._helped = helped
        self._pods, self._sorted = pods, {namespace: sorted(names) for namespace, names in pods.items()}
        return version

    async def _watch(self, version: str) -> str:
        """Until the server ends it, as it does every few minutes. Raises NotFound for a version that is too old."""
        query = [
            ("watch", "1"), ("resourceVersion", version), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", str(_WATCH_S)),
        ]  # fmt: skip
        about = self._api.connection.name
        async with self._api.request(
            "watch the pods of", about, path_of("pod"), query, accept=METADATA, quiet_s=_QUIET_S
        ) as answer:
            async for line in answer.content:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise NotFound("cannot watch the pods of", about, why=str(event["object"].get("message")))
                version = event["object"]["metadata"]["resourceVersion"]
                self._take(event["type"], event["object"]["metadata"])
        return version

    def _take(self, change: str, metadata: Mapping[str, Any]) -> None:
        if change == "BOOKMARK":
            return
        namespace, name = metadata["namespace"], metadata["name"]
        pods, names = self._pods.setdefault(namespace, {}), self._sorted.setdefault(namespace, [])
        if change == "DELETED":
            self._helped.discard((namespace, name))
            if entry := pods.pop(name, None):
                self._remember(namespace, name, entry)
                names.pop(bisect_left(names, name))
            return
        if name not in pods:
            insort(names, name)
        pods[name] = _entry(metadata)
        if _is_helped(metadata):
            self._helped.add((namespace, name))

    @property
    def helped(self) -> tuple[tuple[str, str], ...]:
        """Namespace and name of each pod that a container was added to in cdebug's name."""
        return tuple(sorted(self._helped))

    def _remember(self, namespace: str, name: str, entry: Entry) -> None:
        """Of those that are no more, the last ones."""
        self._gone[entry[0]] = (namespace, name, entry)
        if len(self._gone) > _MOST_GONE:
            del self._gone[next(iter(self._gone))]

    def gone(self, places: Mapping[str, Scope]) -> Iterator[Resource]:
        """Pods of these namespaces that are no more, with the labels that they had last."""
        for namespace, name, entry in self._gone.values():
            if namespace in places:
                yield _resource(name, entry, places[namespace])

    def begin_with(self, start: str, scope: Scope) -> Iterator[Resource]:
        """Pods of a namespace whose names begin so, in order."""
        names = self._sorted.get(scope.namespace, [])
        for name in islice(names, bisect_left(names, start), None):
            if not name.startswith(start):
                return
            yield self._thing(name, scope)

    def labelled(self, value: str, scope: Scope) -> Iterator[Resource]:
        """Pods of a namespace that carry a label of this value."""
        for name, (_, labels, _, _) in self._pods.get(scope.namespace, {}).items():
            if value in labels.values():
                yield self._thing(name, scope)

    def alike(self, name: str, scope: Scope) -> Iterator[Resource]:
        """Pods of a namespace that look like this name, the nearest first: one of each owner, then the others.

        A pod's own name ends in what nobody types: its owner's is compared too.
        """
        stems: dict[str, list[str]] = {}
        for known, (_, _, owner, _) in self._pods.get(scope.namespace, {}).items():
            stems.setdefault(owner.partition("/")[2] or known, []).append(known)
        near = [
            stem for stem, _, _ in process.extract(name, list(stems), scorer=fuzz.ratio, limit=50, score_cutoff=_NEAR)
        ]
        near += [stem for stem in stems if name in stem and stem not in near]
        rest = [known for stem in near for known in stems[stem][1:]]
        for known in [*(stems[stem][0] for stem in near), *rest]:
            yield self._thing(known, scope)

    def _thing(self, name: str, scope: Scope) -> Resource:
        return _resource(name, self._pods[scope.namespace][name], scope)

    async def settled(self, patience_s: float) -> bool:
        """Whether it is complete, now or soon."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self.ready.wait()
        return self.ready.is_set()


def _entry(metadata: Mapping[str, Any]) -> Entry:
    return metadata["uid"], metadata.get("labels") or {}, owner_of(metadata), int(metadata.get("generation") or 0)


def _is_helped(metadata: Mapping[str, Any]) -> bool:
    return any(it.get("manager") == MANAGER for it in metadata.get("managedFields") or ())


def _resource(name: str, entry: Entry, scope: Scope) -> Resource:
    uid, labels, owner, generation = entry
    return Resource(scope, "pod", name, uid, generation, labels, owner)
