"""What a cluster is asked to grant the bot: exactly the people of the settings, and no more."""

from __future__ import annotations

from typing import Any

import yaml

from bot.manifest import manifest
from bot.settings import Config


def rules_of(config: dict[str, Any]) -> list[dict[str, Any]]:
    made = list(yaml.safe_load_all(manifest(Config.model_validate(config))))
    assert [it["kind"] for it in made] == ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"]
    return list(made[2]["rules"])


def test_users_and_groups_are_named_one_by_one():
    rules = rules_of(
        {
            "people": {
                "U0ANN": {"kubernetes": {"user": "ann@example.com", "groups": ["sre", "dev"]}},
                "U0DAN": {"kubernetes": {"user": "ann@example.com", "groups": ["sre"]}},
                "U0EVE": {"roles": ["responder"]},
            }
        }
    )
    acting = {rule["resources"][0]: rule["resourceNames"] for rule in rules if rule["verbs"] == ["impersonate"]}
    assert acting == {"users": ["ann@example.com"], "groups": ["dev", "sre"]}


def test_without_anybody_nobody_can_be_acted_as():
    assert not [rule for rule in rules_of({}) if "impersonate" in rule["verbs"]]


def test_nothing_is_granted_on_everything_and_secrets_never():
    for rule in rules_of({"people": {"U0ANN": {"kubernetes": {"user": "ann"}}}}):
        assert "*" not in [*rule["verbs"], *rule["resources"], *rule["apiGroups"]]
        assert "secrets" not in rule["resources"]
        assert set(rule["verbs"]) <= {"impersonate", "get", "list", "watch"}


def test_secrets_are_read_where_they_are_to_be_hidden_and_nowhere_else():
    made = list(yaml.safe_load_all(manifest(Config.model_validate({"redact": {"secrets_of": ["staging/shop"]}}))))
    role, binding = made[4:]
    assert role["metadata"] == {"name": "cdebug-hides-secrets", "namespace": "shop"}
    assert role["rules"] == [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    assert (binding["kind"], binding["metadata"]["namespace"]) == ("RoleBinding", "shop")
