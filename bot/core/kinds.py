"""The kinds of things that people name, and the words that they use for each.

Source: `kubectl api-resources` for the cluster's words; a compose service is the other engine's `service`.
"""

from __future__ import annotations

from bot.core.pattern import compiled

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
    "horizontalpodautoscaler": ("horizontalpodautoscalers", "hpa"),
    "poddisruptionbudget": ("poddisruptionbudgets", "pdb"),
    "persistentvolume": ("persistentvolumes", "pv"),
    "storageclass": ("storageclasses", "sc"),
    "serviceaccount": ("serviceaccounts", "sa"),
    "resourcequota": ("resourcequotas", "quota"),
    "limitrange": ("limitranges", "limits"),
    "replicationcontroller": ("replicationcontrollers", "rc"),
    "ingressclass": ("ingressclasses",),
    "role": ("roles",),
    "rolebinding": ("rolebindings",),
    "clusterrole": ("clusterroles",),
    "clusterrolebinding": ("clusterrolebindings",),
    "customresourcedefinition": ("customresourcedefinitions", "crd", "crds"),
    "priorityclass": ("priorityclasses", "pc"),
    "lease": ("leases",),
    "secret": ("secrets",),  # known, so that it can be refused by name
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in (kind, *words)}
WORDS = frozenset(_KIND_OF)
WORKLOADS = ("deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob")
ALL = ("pod", "service", "deployment", "replicaset", "statefulset", "daemonset", "job", "cronjob")
CLUSTER_WIDE = frozenset(
    {
        "node", "namespace", "persistentvolume", "storageclass", "ingressclass", "clusterrole", "clusterrolebinding",
        "customresourcedefinition", "priorityclass",
    }
)  # fmt: skip
ANY = "*"  # among the kinds that a verb takes: those that the engine's own API serves
_VERSION = compiled(r"^v\d+(?:(?:alpha|beta)\d+)?(?:\.|$)")
# Groups that are the API's own: `deployment.apps` is a deployment, as `kubectl get -o name` prints it.
_GROUPS = frozenset(
    {
        "", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "discovery.k8s.io", "storage.k8s.io",
        "rbac.authorization.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io",
    }
)  # fmt: skip
_SERVED = compiled(r"[a-z][a-z0-9-]{0,62}\.(?:[a-z0-9][a-z0-9.-]{0,250})?")


def kind_of(word: str) -> str:
    """The kind that a word means; nothing for a word that means none. What has a dot is a kind of the cluster's own, as
    `gateways.example.com`; the cluster says whether it serves it.
    """
    word = word.lower()
    name, dot, group = word.partition(".")
    if dot and _VERSION.sub("", group) in _GROUPS and name in _KIND_OF:
        return _KIND_OF[name]
    return _KIND_OF.get(word, "") or (word if _SERVED.fullmatch(word) else "")


def served(word: str) -> str:
    """A word that may be a kind of the cluster's own, of whichever group; nothing where it can't be one."""
    return kind_of(f"{word}.")


def takes(kinds: frozenset[str], kind: str) -> bool:
    """Whether a kind is among those that can be pointed at."""
    return kind in kinds or ("." in kind and ANY in kinds)
