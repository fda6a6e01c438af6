"""Policy: who may, who may not, and that whatever goes wrong refuses."""

from __future__ import annotations

from dataclasses import replace

import cedarpy
import pytest

from bot.actions import catalog
from bot.app import SHIPPED_POLICY
from bot.core.errors import Misconfigured
from bot.core.person import Channel, Person
from bot.core.policy import BREAK_GLASS, Allow, Ask, Circumstances, Decision, Deny, Policy, schema_of, strictest
from bot.core.target import Container, Node, Objects, Scope

SHIPPED = Policy(SHIPPED_POLICY.read_text(), catalog())
ANN = Person("T0", "U0ANN", "ann")
HERE = Channel("C0", "channel")
SCOPE = Scope("local", "docker", "shop")
WEB = Container(SCOPE, "id", "web", "web:1", labels={"tier": "front"})


@pytest.mark.parametrize(
    ("person", "channel", "verb", "allowed"),
    [
        (ANN, HERE, "logs", True),
        (ANN, HERE, "grep", True),
        (ANN, HERE, "use", False),
        (replace(ANN, roles=frozenset({"responder"})), HERE, "use", True),
        (ANN, replace(HERE, kind="direct"), "use", True),
        (ANN, replace(HERE, shared=True), "logs", False),
        (replace(ANN, guest=True), HERE, "logs", False),
        (replace(ANN, stranger=True), HERE, "logs", False),
        (replace(ANN, bot=True), HERE, "logs", False),
        (ANN, HERE, "no-such-verb", False),
    ],
)
def test_the_shipped_policy(person: Person, channel: Channel, verb: str, allowed: bool):
    for thing in (SCOPE, WEB):
        assert isinstance(SHIPPED.decide(person, channel, verb, thing), Allow) is allowed


def test_a_denial_names_the_policy():
    decision = SHIPPED.decide(ANN, replace(HERE, shared=True), "logs", WEB)
    assert decision == Deny("policy `not-in-shared-channels`")


def test_labels_are_tags():
    policy = Policy(
        '@id("front") permit (principal, action, resource) '
        'when { resource.hasTag("tier") && resource.getTag("tier") == "front" };',
        catalog(),
    )
    assert isinstance(policy.decide(ANN, HERE, "logs", WEB), Allow)
    assert isinstance(policy.decide(ANN, HERE, "logs", replace(WEB, labels={})), Deny)


def test_a_forbid_that_errors_refuses_although_cedar_skips_it():
    text = (
        '@id("all") permit (principal, action, resource);'
        '@id("never") forbid (principal, action, resource) when { resource.getTag("missing") == "x" };'
    )
    with pytest.raises(Misconfigured, match="doesn't match the schema"):
        Policy(text, catalog())
    # Without validation the hole is there: Cedar itself allows, and says so only in its diagnostics.
    request = {"principal": 'P::"a"', "action": 'Action::"x"', "resource": 'R::"r"', "context": {}}
    entities = [{"uid": {"type": "R", "id": "r"}, "attrs": {}, "parents": [], "tags": {}}]
    result = cedarpy.is_authorized(request, cedarpy.PolicySet.from_str(text), entities)
    assert result.decision == cedarpy.Decision.Allow
    assert result.diagnostics.errors


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("permit (principal, action, resource);", "without an @id"),
        ('@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);', "one @id: a"),
        ('@id("a") permit (principal, action == , resource);', "does not parse"),
        ('@id("a") permit (principal, action, resource) when { resource.nam == "x" };', "doesn't match the schema"),
        ('@id("a") permit (principal, action == Action::"lgos", resource);', "doesn't match the schema"),
    ],
)
def test_a_bad_policy_is_refused_and_named(text: str, line: str):
    with pytest.raises(Misconfigured) as error:
        Policy(text, catalog(), "mine.cedar")
    assert line in str(error.value)
    assert "mine.cedar" in str(error.value)


RESPONDER, APPROVER = replace(ANN, roles=frozenset({"responder"})), replace(ANN, roles=frozenset({"approver"}))
SEALED = replace(WEB, labels={"cdebug/protected": "true"})
LISTED = replace(HERE, listed=True)


@pytest.mark.parametrize(
    ("person", "channel", "verb", "thing", "expected"),
    [
        (ANN, HERE, "exec", WEB, "deny"),
        (APPROVER, HERE, "exec", WEB, "deny"),
        (RESPONDER, HERE, "exec", WEB, "allow"),
        (RESPONDER, HERE, "sh", WEB, "allow"),
        (RESPONDER, HERE, "debug", WEB, "ask 1"),
        (RESPONDER, HERE, "trace", WEB, "ask 1"),
        (ANN, HERE, "trace", WEB, "deny"),
        (RESPONDER, LISTED, "exec", SEALED, "ask 1"),
        (RESPONDER, LISTED, "logs", SEALED, "allow"),
        (RESPONDER, LISTED, "exec", replace(WEB, scope=replace(SCOPE, protected=True)), "ask 1"),
        (RESPONDER, HERE, "exec", SEALED, "deny"),
        (RESPONDER, HERE, "ps", SEALED, "deny"),
        (RESPONDER, replace(LISTED, shared=True), "exec", WEB, "deny"),
        (APPROVER, HERE, "approve", WEB, "allow"),
        (APPROVER, HERE, "deny", WEB, "allow"),
        (RESPONDER, HERE, "approve", WEB, "deny"),
        (RESPONDER, HERE, BREAK_GLASS, WEB, "deny"),
        (replace(ANN, roles=frozenset({"break-glass"})), HERE, BREAK_GLASS, WEB, "allow"),
        (ANN, HERE, "audit", SCOPE, "deny"),
        (APPROVER, HERE, "audit", SCOPE, "allow"),
    ],
)  # fmt: skip
def test_the_shipped_policy_past_reading(person: Person, channel: Channel, verb: str, thing: Container, expected: str):
    assert shown(SHIPPED.decide(person, channel, verb, thing)) == expected


def shown(decision: Decision) -> str:
    if isinstance(decision, Ask):
        return f"ask {decision.approvals}"
    return "allow" if isinstance(decision, Allow) else "deny"


def rules(*texts: str) -> Policy:
    return Policy("\n".join(f'@id("p{number}") {text};' for number, text in enumerate(texts)), catalog())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_ask_is_exact(count: int):
    policy = rules(f"permit (principal, action, resource) when {{ context.approvals >= {count} }}")
    assert policy.decide(ANN, HERE, "exec", WEB) == Ask(count, "p0")
    for votes in range(count):
        decision = policy.decide(ANN, HERE, "exec", WEB, Circumstances(votes))
        assert isinstance(decision, Ask)
    assert isinstance(policy.decide(ANN, HERE, "exec", WEB, Circumstances(count)), Allow)


def test_more_than_three_approvals_and_never_are_a_denial():
    never = "permit (principal, action, resource) when { context.approvals >= 4 }"
    assert isinstance(rules(never).decide(ANN, HERE, "exec", WEB), Deny)
    forbidden = rules(
        "permit (principal, action, resource) when { context.approvals >= 1 }", "forbid (principal, action, resource)"
    )
    assert forbidden.decide(ANN, HERE, "exec", WEB) == Deny("policy `p1`")


def test_what_cant_be_scanned_is_an_attribute():
    policy = rules(
        "permit (principal, action, resource)", "forbid (principal, action, resource) when { context.binary }"
    )
    assert isinstance(policy.decide(ANN, HERE, "cp", WEB), Allow)
    assert isinstance(policy.decide(ANN, HERE, "cp", WEB, Circumstances(binary=True)), Deny)


def test_of_several_objects_the_strictest_decision_counts():
    assert strictest([Allow("a"), Ask(2, "b"), Ask(1, "c"), Allow("d")]) == Ask(2, "b")
    assert strictest([Ask(1), Deny("no"), Allow()]) == Deny("no")
    both = Objects(SCOPE, (WEB, SEALED))
    assert shown(SHIPPED.decide_all(RESPONDER, LISTED, "exec", both)) == "ask 1"


def test_a_bad_file_does_not_replace_a_good_one():
    policy = rules("permit (principal, action, resource)")
    with pytest.raises(Misconfigured):
        policy.load('@id("x") permit (principal, action == Action::"lgos", resource);')
    assert isinstance(policy.decide(ANN, HERE, "exec", WEB), Allow)
    policy.load('@id("x") forbid (principal, action, resource);')
    assert isinstance(policy.decide(ANN, HERE, "exec", WEB), Deny)


def test_a_syntax_error_names_the_policy_that_cedar_does_not():
    with pytest.raises(Misconfigured) as error:
        Policy('@id("fine") permit (principal, action, resource);\n@id("broken") permit (principal action);', catalog())
    assert "broken" in str(error.value)


def test_two_policies_of_one_id_would_be_taken_by_cedar_silently():
    text = '@id("a") permit (principal, action, resource);\n@id("a") forbid (principal, action, resource);'
    assert len(cedarpy.PolicySet.from_str(text)) == 2  # the hole: nobody could tell which one spoke
    with pytest.raises(Misconfigured):
        Policy(text, catalog())


def test_a_misspelt_attribute_would_be_found_by_nobody_but_validation():
    text = (
        '@id("a") permit (principal, action, resource);'
        '@id("b") forbid (principal, action, resource) when { resource.protcted };'
    )
    cedarpy.PolicySet.from_str(text)  # the hole: it parses, and the forbid never applies
    with pytest.raises(Misconfigured):
        Policy(text, catalog())


def test_a_diagnostic_is_a_denial_even_where_cedar_allows(monkeypatch: pytest.MonkeyPatch):
    """Cedar's own answer, of a policy set that validation never saw: it allows, and says that a forbid errored."""
    text = (
        '@id("all") permit (principal, action, resource);'
        '@id("never") forbid (principal, action, resource) when { resource.getTag("missing") == "x" };'
    )
    passed = cedarpy.validate_policies('@id("a") permit (principal, action, resource);', schema_of(catalog()))
    monkeypatch.setattr(cedarpy, "validate_policies", lambda *_: passed)
    assert Policy(text, catalog()).decide(ANN, HERE, "logs", WEB) == Deny("policy could not be evaluated")


CAPTURES = '@id("open") permit (principal, action, resource);\n@id("no-nodes") @message("{}") forbid {};'
NODES = '(principal, action == Action::"describe", resource is Node)'


def test_a_denial_says_what_its_policy_has_to_say():
    policy = Policy(CAPTURES.format("Nodes are for the platform team:\n ask in #platform.", NODES), catalog())
    node = Node(Scope("local", "kubernetes"), "worker-1")
    denied = policy.decide_all(ANN, HERE, "describe", node)
    assert denied == Deny("policy `no-nodes`: Nodes are for the platform team: ask in #platform.")
    assert isinstance(policy.decide_all(ANN, HERE, "logs", node), Allow)


def test_a_message_that_no_line_holds_stops_the_bot_at_start():
    with pytest.raises(Misconfigured, match="the @message of `no-nodes` is too long"):
        Policy(CAPTURES.format("x" * 301, NODES), catalog())
