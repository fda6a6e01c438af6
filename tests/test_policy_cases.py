"""`policy test`: what a table of questions can ask, and what is wrong with a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.actions import catalog
from bot.core.errors import Misconfigured
from bot.core.policy import Policy
from bot.policy_cases import wrong_answers

RULES = """
@id("anything") permit (principal, action, resource);
@id("no-nodes") forbid (principal, action == Action::"describe", resource is Node);
@id("no-ledger") forbid (principal, action, resource)
  when { resource.kind == "configmap" && resource.name == "ledger" };
@id("no-proxy") forbid (principal, action == Action::"exec", resource) when { resource.container == "proxy" };
@id("our-images") forbid (principal, action, resource)
  when { context.plan.privileged || context.plan.images.contains("evil:1") || context.plan.hostPaths.contains("/") };
@id("nothing-made") forbid (principal, action, resource is NewObject);
"""
POLICY = Policy(RULES, catalog())


def answers(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "cases.yaml"
    file.write_text(text)
    return wrong_answers(POLICY, file)


@pytest.mark.parametrize(
    ("target", "verb", "expect"),
    [
        ("{kind: node, name: worker-1}", "describe", "deny"),
        ("{kind: nodes, name: worker-1}", "describe", "deny"),
        ("{kind: pod, name: web}", "describe", "allow"),
        ("{kind: cm, name: ledger}", "inspect", "deny"),
        ("{kind: cm, name: settings}", "inspect", "allow"),
        ("{kind: image, name: 'web:1'}", "inspect", "allow"),
        ("{kind: network, name: shop}", "network", "allow"),
        ("{name: web, container: proxy}", "exec", "deny"),
        ("{name: web, container: app}", "exec", "allow"),
    ],
)
def test_any_kind_of_object_can_be_asked_about(tmp_path: Path, target: str, verb: str, expect: str):
    assert answers(tmp_path, f"- {{verb: {verb}, target: {target}, expect: {expect}}}") == []
    other = "allow" if expect == "deny" else "deny"
    assert len(answers(tmp_path, f"- {{verb: {verb}, target: {target}, expect: {other}}}")) == 1


@pytest.mark.parametrize(
    ("plan", "expect"),
    [
        ("{images: ['toolbox:1']}", "allow"),
        ("{images: ['evil:1']}", "deny"),
        ("{privileged: true}", "deny"),
        ("{hostPaths: [/]}", "deny"),
        ("{creates: [container/helper]}", "deny"),
        ("{patches: [deployment/web]}", "allow"),
        ("{deletes: [configmap/ledger]}", "deny"),
    ],
)
def test_a_plan_is_asked_about_with_all_that_it_holds(tmp_path: Path, plan: str, expect: str):
    assert answers(tmp_path, f"- {{verb: exec, plan: {plan}, expect: {expect}}}") == []


def test_a_wrong_answer_names_the_case_the_object_and_the_rule(tmp_path: Path):
    said = answers(tmp_path, "- {verb: describe, target: {kind: node, name: worker-1}, expect: allow}")
    assert said == ["case 1: describe of node/worker-1: expected allow, got deny: policy `no-nodes`"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {verb: exce, expect: deny}", "no such verb: exce"),
        ("- {verb: exec, target: {kind: pdo}, expect: deny}", "no such kind: pdo"),
        ("- {verb: exec, plan: {creates: [helper]}, expect: deny}", "plan.creates"),
        ("- {verb: exec, expect: perhaps}", "expect"),
        ("[]", "contains no cases"),
        ("{", "can't be read"),
    ],
)
def test_a_table_that_asks_about_nothing_is_an_error_and_no_answer(tmp_path: Path, text: str, why: str):
    with pytest.raises(Misconfigured, match=why):
        answers(tmp_path, text)
