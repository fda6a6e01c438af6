"""What is kept comes back as it was, and what an earlier version kept can still be read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.acts import (
    Act,
    AgainPress,
    ApprovalPress,
    DenialForm,
    FilterForm,
    MenuChoice,
    ResultPress,
    RunPress,
    ShellLine,
    TypedCommand,
)
from bot.core.approval import Approval, Vote
from bot.core.audit import Entry
from bot.core.plan import NO_PLAN, Plan
from bot.core.ports.state import LiveRun, StoredResult
from bot.core.request import Place
from bot.core.subject import Subject, subject_of
from bot.core.target import (
    Container,
    Found,
    Image,
    Neighbour,
    Network,
    NewObject,
    Node,
    Objects,
    Resource,
    Scope,
    Thing,
)
from bot.store import encoding
from tests.core.test_plan import ASKED, WHOLE

SCOPE = Scope("staging", "kubernetes", "shop", protected=True)
POD = Container(SCOPE, "id", "web-1", "web:1", "sha256:1", "running", {"team": "a", "app": "web"}, container="app")
PLACE = Place("T0", "C0", "1.0", "1.0")
TEXTS = st.lists(st.text(max_size=9), max_size=3).map(tuple)
THINGS: list[Thing] = [
    POD,
    Resource(SCOPE, "deployment", "web", "u1", 3, {"team": "a"}),
    Image(SCOPE, "sha256:1", "web:1"),
    Network(SCOPE, "n1", "net"),
    Node(SCOPE, "node-1", {"team": "a"}, "u2", 1),
    NewObject(SCOPE, "helper", {"image": "toolbox:1"}, {"team": "a"}, "pod"),
]
FOUND: list[Found] = [*THINGS, SCOPE, Objects(SCOPE, ()), Objects(SCOPE, (POD,)), Objects(SCOPE, tuple(THINGS))]


@pytest.mark.parametrize("found", FOUND, ids=lambda found: type(found).__name__)
def test_what_was_found_comes_back_as_it_was(found: Found):
    assert encoding.found_from_json(encoding.found_to_json(found)) == found


@pytest.mark.parametrize("found", FOUND, ids=lambda found: type(found).__name__)
def test_a_record_keeps_who_each_object_was_and_the_labels_that_count(found: Found):
    subject = subject_of(found, frozenset({"team"}), lambda text: text)
    assert encoding.subject_from_json(encoding.subject_to_json(subject)) == subject
    assert 'app": "web' not in encoding.subject_to_json(subject)


def test_a_long_list_says_that_it_is_not_whole():
    subject = subject_of(Objects(SCOPE, tuple(THINGS)), frozenset({"team"}), lambda text: text, 2)
    again = encoding.subject_from_json(encoding.subject_to_json(subject))
    assert again is not None
    assert again.more == 4
    assert not again.is_whole(frozenset())
    assert Subject(POD, frozenset({"team"})).is_whole(frozenset({"team"}))
    assert not Subject(POD, frozenset({"team"})).is_whole(frozenset({"team", "tier"}))
    assert not Subject(POD, frozenset()).is_whole(frozenset({"team"}))


@given(st.builds(Plan, images=TEXTS, capabilities=TEXTS, host_paths=TEXTS, secrets=st.integers(0, 9)))
def test_a_plan_comes_back_as_it_was(plan: Plan):
    assert encoding.plan_from_json(encoding.plan_to_json(plan)) == plan
    assert encoding.plan_from_json(encoding.plan_to_json(WHOLE)) == WHOLE
    assert encoding.plan_to_json(NO_PLAN) == ""


@pytest.mark.parametrize("found", FOUND, ids=lambda found: type(found).__name__)
def test_records_come_back_as_they_were(found: Found):
    approval = Approval(
        "a1", ASKED, "exec", "exec web", "local", "d", 1, found, "slack T0/U0ANN", 600.0, PLACE, PLACE,
        (("Where", (("context", "local"),)),), ("U0BOB",), (Vote("T0", "U0BOB", "bob"),), plan=WHOLE,
    )  # fmt: skip
    assert encoding.approval_from_json(encoding.approval_to_json(approval)) == approval
    result = StoredResult("k", "n", "t", found, ("A",), True, 3, 1, ("note",), "logs", Subject(POD), "U0ANN", WHOLE)
    assert encoding.result_from_json(encoding.result_to_json(result)) == result
    run = LiveRun("r", "sh", "sh web", "sh web", "U0ANN", found, plan=WHOLE)
    assert encoding.run_from_json(encoding.run_to_json(run)) == run
    entry = Entry("ran", "1", found=subject_of(found, frozenset(), str), exit=0)
    assert encoding.entry_from_json(encoding.entry_to_json(entry)) == entry


def test_a_request_has_one_text_whatever_was_not_kept_of_it():
    """It is compared with what is stored when somebody votes."""
    one = Approval("a1", ASKED, "exec", "exec web", "local", "d", 1, POD, "slack T0/U0ANN", 600.0, PLACE, PLACE)
    other = replace(one, found=replace(POD, others=(Neighbour("sidecar"),), secrets=("db",)))
    assert encoding.approval_to_json(one) == encoding.approval_to_json(other)


def test_what_an_earlier_version_wrote_is_read():
    scope = {"context": "staging", "engine": "kubernetes", "namespace": "shop", "protected": True}
    before = {"scope": scope, "things": [["Resource", {"scope": scope, "name": "web", "id": "u1", "kind": "service"}]]}
    assert encoding.found_from_json(json.dumps(before)) == Resource(SCOPE, "service", "web", "u1")
    assert encoding.found_from_json(json.dumps({"scope": scope, "things": []})) == Objects(SCOPE, ())
    subject = encoding.subject_from_json(json.dumps(before))
    assert subject is not None
    assert subject.is_whole(frozenset({"any"}))
    assert encoding.entry_from_json('{"event": "ran", "later": 1}') == Entry("ran")


ACTS: list[Act] = [
    TypedCommand("exec web -- id", "in"), ShellLine("ls"), RunPress("stop"), ApprovalPress("deny", "a1"),
    ResultPress("older", "w1"), AgainPress("m1"), MenuChoice("m1", 2), FilterForm("w1", "a|b"), DenialForm("a1", "no"),
]  # fmt: skip


@pytest.mark.parametrize("act", ACTS, ids=lambda act: type(act).__name__)
def test_a_request_survives_the_inbox(act: Act):
    request = replace(ASKED, act=act, thread="1.0", trigger="9.9")
    assert encoding.request_from_fields(json.loads(json.dumps(encoding.request_to_fields(request)))) == request


def test_every_act_is_kept():
    assert {type(act) for act in ACTS} == set(get_args(Act))


def test_what_was_chosen_from_a_menu_before_is_the_command_that_it_was():
    before = {
        **encoding.request_to_fields(ASKED),
        "kind": "choose",
        "action": "m1",
        "text": "exec web -- id",
        "value": "1",
    }
    assert encoding.request_from_fields(before).act == TypedCommand("exec web -- id")
