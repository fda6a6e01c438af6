"""The kinds of things that people name, and the words that they use for each.

Source: `kubectl api-resources` for the cluster's words; a compose service is the other engine's `service`.
"""

from __future__ import annotations

# What a Docker Engine has beside containers, then what a cluster has: the kind, and its other words.
_WORDS = {
    "container": (),
    "image": (),
    "network": (),
    "pod": ("pods", "po"),
    "deployment": ("deployments", "deploy"),
    "replicaset": ("replicasets", "rs"),
    "statefulset": ("statefulsets", "sts"),
    "daemonset": ("daemonsets", "ds"),
    "job": ("jobs",),
    "cronjob": ("cronjobs", "cj"),
    "service": ("services", "svc"),
    "endpoints": ("ep",),
    "endpointslice": ("endpointslices",),
    "ingress": ("ingresses", "ing"),
    "networkpolicy": ("networkpolicies", "netpol"),
    "persistentvolumeclaim": ("persistentvolumeclaims", "pvc"),
    "node": ("nodes", "no"),
    "configmap": ("configmaps", "cm"),
    "namespace": ("namespaces", "ns"),
    "secret": ("secrets",),  # known, so that it can be refused by name
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in (kind, *words)}
WORDS = frozenset(_KIND_OF)
WORKLOADS = ("deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob")
ALL = ("pod", "service", "deployment", "replicaset", "statefulset", "daemonset", "job", "cronjob")
CLUSTER_WIDE = frozenset({"node", "namespace"})


def kind_of(word: str) -> str:
    """The kind that a word means; nothing for a word that means none."""
    return _KIND_OF.get(word.lower(), "")
