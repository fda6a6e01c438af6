"""An approval is for exactly one command, of somebody else, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.actions import catalog
from bot.core.acts import TypedCommand
from bot.core.approval import Approval, digest_of
from bot.core.errors import Denied
from bot.core.grammar import Grammar
from bot.core.person import Person
from bot.core.request import Place, Request
from bot.core.target import Container, Image, NewObject, Objects, Scope

GRAMMAR = Grammar(catalog())
SCOPE = Scope("local", "docker", "shop")
WEB = Container(SCOPE, "id-1", "web", "web:1", "sha256:1", "running")
ASKED = Request("r1", "d1", TypedCommand("exec web -- id", "x"), "T0", "U0ANN", "C0", 1_000.0, thread="1.0")
PLACE = Place("T0", "C0", "1.0", "1.0")
ANN = Person("T0", "U0ANN", "ann", kubernetes="ann@example.com")
BOB = Person("T0", "U0BOB", "bob")
DAN = Person("T0", "U0DAN", "dan", kubernetes="ann@example.com")
WAITING = Approval(
    "a1", ASKED, "exec", "exec web -- id", "local", "digest", 1, WEB, ANN.identity, 1_600.0, PLACE, PLACE
)


def digest(text: str = "exec web --user app -- sh -c 'a b'", found: Any = WEB, **more: Any) -> str:
    return digest_of(GRAMMAR.parse(text), replace(ASKED, **more), found)


@pytest.mark.parametrize(
    "other",
    [
        digest("exec web --user root -- sh -c 'a b'"),
        digest("exec web -- sh -c 'a b'"),
        digest("exec web --user app -- sh -c a b"),
        digest("exec web --user app -- sh -c 'a  b'"),
        digest("exec web --user app --timeout 6m -- sh -c 'a b'"),
        digest("exec web --user app --reason x -- sh -c 'a b'"),
        digest("sh web"),
        digest(act=TypedCommand("exec web -- id", "y")),
        digest(user="U0BOB"),
        digest(team="T1"),
        digest(thread="2.0"),
        digest(channel="C1"),
        digest(found=replace(WEB, id="id-2")),
        digest(found=replace(WEB, image_id="sha256:2")),
        digest(found=replace(WEB, scope=Scope("other", "docker", "shop"))),
        digest(found=replace(WEB, scope=replace(SCOPE, namespace="other"))),
        digest(found=Objects(SCOPE, (WEB, replace(WEB, id="id-2")))),
        digest(found=Image(SCOPE, "id-1", "web")),
        digest(found=NewObject(SCOPE, "web", {"image": "a"})),
    ],
)
def test_any_difference_makes_another_digest(other: str):
    assert other != digest()


def test_the_same_has_the_same_digest_whatever_else_is_told_of_it():
    assert digest() == digest(found=replace(WEB, state="paused", labels={"a": "b"}), at=9.0, id="r9", dedup="d9")
    assert digest() == digest("exec web -u app --timeout 300s -- sh -c 'a b'")
    assert digest(found=NewObject(SCOPE, "x", {"image": "a"})) != digest(found=NewObject(SCOPE, "x", {"image": "b"}))


@pytest.mark.parametrize("person", [ANN, DAN, replace(ANN, kubernetes="")])
def test_nobody_approves_their_own_request_from_whichever_account(person: Person):
    with pytest.raises(Denied) as error:
        WAITING.voted(person, 1_100.0)
    assert "nobody approves their own request" in str(error.value)


def test_a_second_vote_of_one_person_is_the_first():
    once = WAITING.voted(BOB, 1_100.0)
    assert once.voted(BOB, 1_200.0) == once
    assert len(once.voted(replace(BOB, user="U0EVE", kubernetes="eve"), 1_200.0).votes) == 2
    two_accounts = WAITING.voted(replace(BOB, kubernetes="b"), 1_100.0).voted(
        replace(BOB, user="U1", kubernetes="b"), 1_100.0
    )
    assert len(two_accounts.votes) == 1


@pytest.mark.parametrize(
    ("dead", "why"),
    [
        (replace(WAITING, expires=1_000.0), "expired"),
        (WAITING.ended("denied", "not now", 1_100.0), "denied: not now"),
        (WAITING.ended("void", "changed", 1_100.0), "void"),
        (WAITING.spent("r2", 1_100.0), "has run"),
    ],
)
def test_what_is_closed_stays_closed_and_says_why(dead: Approval, why: str):
    steps: list[Callable[[], Approval]] = [
        lambda: dead.voted(BOB, 1_200.0),
        lambda: dead.spent("r3", 1_200.0),
        lambda: dead.ended("denied", "", 1_200.0),
    ]
    for step in steps:
        with pytest.raises(Denied) as error:
            step()
        assert why in str(error.value)


def test_it_lives_until_its_time_and_not_longer():
    WAITING.voted(BOB, 1_599.9)
    with pytest.raises(Denied):
        WAITING.voted(BOB, 1_600.0)


def test_a_request_that_found_nothing_is_bound_to_where_it_looked():
    other = replace(SCOPE, namespace="kube-system")
    assert digest("events", Objects(SCOPE, ())) != digest("events", Objects(other, ()))
