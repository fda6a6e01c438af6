"""What a cluster must grant the bot itself: `python -m bot manifest`, for `kubectl apply -f -`.

It may act as exactly the users and groups that the settings name, watch the names of pods, and read which
namespaces are protected; and, where `redact.secrets_of` says so, read the secrets of a namespace, so that they are
hidden. Everything else is done with the rights of whoever asks.
Source: Kubernetes documentation, "User impersonation".
"""

from __future__ import annotations

from typing import Any

import yaml

from bot.settings import Config

_NAME = "cdebug"


def manifest(config: Config) -> str:
    """A namespace, a service account, its ClusterRole and the binding, as YAML."""
    known = [person.kubernetes for person in config.people.values() if person.kubernetes]
    users = sorted({each.user for each in known})
    groups = sorted({group for each in known for group in each.groups})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _NAME}
    account = {"kind": "ServiceAccount", "name": _NAME, "namespace": _NAME}
    return yaml.safe_dump_all(
        [
            _object("v1", "Namespace"),
            _object("v1", "ServiceAccount", namespace=_NAME),
            {**_object("rbac.authorization.k8s.io/v1", "ClusterRole"), "rules": _rules(users, groups)},
            {**_object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), "roleRef": role, "subjects": [account]},
            *(part for namespace in _namespaces(config) for part in _reads_secrets(namespace, account)),
        ],
        sort_keys=False,
    )


def _rules(users: list[str], groups: list[str]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for resource, names in (("users", users), ("groups", groups)):
        if names:  # a rule without names would hold for everybody
            rules.append({"apiGroups": [""], "resources": [resource], "verbs": ["impersonate"], "resourceNames": names})
    rules.append({"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]})
    rules.append({"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list"]})
    return rules


def _namespaces(config: Config) -> list[str]:
    return sorted({place.partition("/")[2] for place in config.redact.secrets_of})


def _reads_secrets(namespace: str, account: dict[str, Any]) -> list[dict[str, Any]]:
    """What `redact.secrets_of` needs: the values that are to be hidden, in that namespace alone."""
    name = f"{_NAME}-hides-secrets"
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    metadata = {"name": name, "namespace": namespace}
    version = "rbac.authorization.k8s.io/v1"
    return [
        {"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": version, "kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": [account],
        },
    ]  # fmt: skip


def _object(version: str, kind: str, **more: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": _NAME, **more}}
