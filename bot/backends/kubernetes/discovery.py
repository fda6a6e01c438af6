"""Which kinds a cluster serves beside those that every cluster has: by its own list, asked as the person.

Source: Kubernetes API concepts, "Aggregated discovery"; apidiscovery.k8s.io/v2 (GA in 1.30), v2beta1 before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rapidfuzz import fuzz, process

from bot.backends.kubernetes.client import Api
from bot.backends.kubernetes.kinds import KIND_AT
from bot.core.errors import UsageError
from bot.core.kinds import WORDS, kind_of
from bot.core.target import EVERYWHERE

_ACCEPT = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
_NEAR = 70.0
_EVENTS, _METRICS = "`events` shows them.", "`stats` shows them."
# Objects that speak of others, which policy has to judge by themselves: what they are called says nothing.
_ELSEWHERE = {
    ("", "events"): _EVENTS,
    ("events.k8s.io", "events"): _EVENTS,
    ("metrics.k8s.io", "pods"): _METRICS,
    ("metrics.k8s.io", "nodes"): _METRICS,
    ("storage.k8s.io", "csinodes"): "`describe node/NAME` shows a node.",
    ("project.openshift.io", "projects"): "`get namespaces` lists them.",
}


@dataclass(frozen=True)
class Served:
    """A kind of the cluster's own. words: what it may be called, without its group."""

    group: str
    version: str
    plural: str
    namespaced: bool
    words: frozenset[str]

    @property
    def kind(self) -> str:
        """As it is typed, and found: no two have one."""
        return KIND_AT.get((self.group, self.plural)) or f"{self.plural}.{self.group or self.version}"

    def path(self, namespace: str, name: str) -> str:
        """Of an object, or of the list."""
        inside = self.namespaced and namespace not in ("", EVERYWHERE)
        place = f"/namespaces/{quote(namespace, safe='')}" if inside else ""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


async def served_by(api: Api, what: object) -> list[Served]:
    """All that can be listed. Raises Unavailable, ForbiddenByCluster."""
    found: list[Served] = []
    for path in ("/api", "/apis"):
        seen = await api.get("ask for the kinds of", what, path, accept=_ACCEPT)
        for group in seen.get("items") or ():
            found += _of_group(group)
    return found


def _of_group(group: Mapping[str, Any]) -> Iterator[Served]:
    """Of its preferred version, which stands first; a resource that only another one has is of that one."""
    known: set[str] = set()
    for version in group.get("versions") or ():
        for it in version.get("resources") or ():
            plural = it["resource"]
            if "list" not in (it.get("verbs") or ()) or plural in known:
                continue
            known.add(plural)
            kind = str((it.get("responseKind") or {}).get("kind") or "")
            words = {plural, str(it.get("singularResource") or ""), kind.lower(), *(it.get("shortNames") or ())}
            name = str((group.get("metadata") or {}).get("name") or "")
            yield Served(name, version["version"], plural, it.get("scope") == "Namespaced", frozenset(words - {""}))


def named(word: str, known: list[Served]) -> Served:
    """The kind that a word with a dot means: `gateways.example.com`, or `gateways.` of whichever group.

    Raises UsageError for none, and where groups share a name.
    """
    name, _, group = word.partition(".")
    found = [it for it in known if name in it.words and group in ("", it.group, f"{it.version}.{it.group}".strip("."))]
    if len(found) == 1:
        if hint := _ELSEWHERE.get((found[0].group, found[0].plural)):
            raise UsageError("there is a verb for", shown(word), hint=hint)
        return found[0]
    if found:
        kinds = " or ".join(f"`{it.kind}`" for it in found)
        raise UsageError("several groups have", name, hint=f"Write {kinds}.")
    words = [*WORDS, *(each for it in known for each in it.words), *(it.kind for it in known)]
    near = process.extractOne(shown(word), words, scorer=fuzz.ratio, score_cutoff=_NEAR)
    hint = f"Did you mean `{near[0]}`?" if near else "`get crd` lists the kinds that were added to the cluster."
    raise UsageError("no such kind:", shown(word), hint=hint)


def shown(word: str) -> str:
    """As it was typed."""
    return word.removesuffix(".")[:60]


def is_served(kind: str) -> bool:
    """Whether the cluster has to say what it is."""
    return "." in kind and kind_of(kind) == kind
