"""The engines. Each folder is the only importer of its vendor's package; vendor errors become ours here.

Not here: policy, text for people beyond an error's line, anything about Slack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.backends import docker, kubernetes
from bot.backends.kubernetes import IN_CLUSTER, ClusterAt, names_in
from bot.core.ports.finding import FindPort

__all__ = ["IN_CLUSTER", "ClusterAt", "EngineAt", "connect", "names_in"]


@dataclass(frozen=True)
class EngineAt:
    """Where an engine is, and whether all in it is protected.

    kind: `docker`, with `host`; or `kubernetes`, with where its cluster is, the namespace of bare names, and
    whether requests name the person that they are for. hides_mounted: the content of mounted secrets; secrets_of: the
    namespaces whose secrets are read, so that their values are hidden.
    """

    kind: str
    host: str = ""
    cluster: ClusterAt = field(default_factory=ClusterAt)
    namespace: str = ""
    impersonate: bool = True
    protected: bool = False
    hides_mounted: bool = True
    secrets_of: frozenset[str] = frozenset()


def connect(contexts: Mapping[str, EngineAt]) -> dict[str, FindPort]:
    """An engine a context, by name; nothing is dialled yet. Raises Misconfigured for a host that can't be read."""
    return {name: _connected(name, at) for name, at in contexts.items()}


def _connected(name: str, at: EngineAt) -> FindPort:
    if at.kind == "docker":
        return docker.connect(name, at.host, protected=at.protected, hides_mounted=at.hides_mounted)
    return kubernetes.connect(
        name, at.cluster, namespace=at.namespace, impersonate=at.impersonate, protected=at.protected,
        hides_mounted=at.hides_mounted, secrets_of=at.secrets_of,
    )  # fmt: skip
