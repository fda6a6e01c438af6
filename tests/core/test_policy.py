"""Policy: who may, who may not, and that whatever goes wrong refuses."""

from __future__ import annotations

from dataclasses import replace

import cedarpy
import pytest

from bot.actions import catalog
from bot.app import SHIPPED_POLICY
from bot.core.errors import Misconfigured
from bot.core.person import Channel, Person
from bot.core.policy import Allow, Deny, Policy
from bot.core.target import Container, Scope

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
    with pytest.raises(Misconfigured, match="fits no schema"):
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
        ('@id("a") permit (principal, action, resource) when { resource.nam == "x" };', "fits no schema"),
        ('@id("a") permit (principal, action == Action::"lgos", resource);', "fits no schema"),
    ],
)
def test_a_bad_policy_is_refused_and_named(text: str, line: str):
    with pytest.raises(Misconfigured) as error:
        Policy(text, catalog(), "mine.cedar")
    assert line in str(error.value)
    assert "mine.cedar" in str(error.value)
