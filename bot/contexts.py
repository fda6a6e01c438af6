"""Which engines there are, and where: from the settings and the kubeconfig."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from itertools import count

from bot.backends import IN_CLUSTER, ClusterAt, EngineAt, names_in
from bot.core.pattern import compiled
from bot.core.ports.finding import FindPort
from bot.core.session import Default
from bot.settings import DEFAULT_HOST, Config, Environment

_UNTYPED = compiled(r"[^a-z0-9]+")


def contexts_of(environment: Environment, config: Config) -> dict[str, EngineAt]:
    """Those of the YAML; where it names none, `local` and each context of the kubeconfig."""
    places = [place.split("/") for place in config.redact.secrets_of]
    return {
        name: replace(
            at,
            hides_mounted=not config.redact.show_mounted_secrets,
            secrets_of=frozenset(namespace for context, namespace in places if context == name),
        )
        for name, at in _named_contexts(environment, config).items()
    }


def _named_contexts(environment: Environment, config: Config) -> dict[str, EngineAt]:
    if not config.contexts:
        return {"local": EngineAt("docker", environment.docker_host or DEFAULT_HOST), **_clusters(environment)}
    return {
        name: EngineAt(
            each.engine, each.host, ClusterAt(each.kubeconfig or environment.kubeconfig, each.context), each.namespace,
            each.identity != "own", each.protected,
        )
        for name, each in config.contexts.items()
    }  # fmt: skip


def _clusters(environment: Environment) -> dict[str, EngineAt]:
    """Each context of the kubeconfig, under a name that can be typed."""
    found: dict[str, EngineAt] = {}
    for name in names_in(environment.kubeconfig):
        short = _unused(_UNTYPED.sub("-", name.lower()).strip("-") or "cluster", found)
        found[short] = EngineAt("kubernetes", cluster=ClusterAt(environment.kubeconfig, name))
    if not found and os.environ.get("KUBERNETES_SERVICE_HOST"):
        found[IN_CLUSTER] = EngineAt("kubernetes", cluster=ClusterAt(IN_CLUSTER))
    return found


def _unused(name: str, found: Collection[str]) -> str:
    """Two names may fold into one, and neither is left out: `staging`, `staging-2`."""
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in numbered if each not in ("local", *found))


def default_of(config: Config, engines: dict[str, FindPort]) -> Default:
    """Where a channel looks that says nothing: the context that the YAML names, or the first."""
    name = config.default or next(iter(engines))
    namespace = config.contexts[name].namespace if name in config.contexts else ""
    return Default(name, namespace)
