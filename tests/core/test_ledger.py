"""What was made, in its labels and in the ledger."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit import fingerprint
from bot.core.ledger import MadeObject

ENTRY = MadeObject("a1", "c1", "local", "", "container", "helper", "T0", "U0ANN", "C0", "1795.000100", "plant", 1_800.0)
SIGN = partial(fingerprint, b"k" * 16, stdin="")
_NAME = re.compile(r"(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


def test_an_object_says_by_its_labels_what_the_ledger_has():
    assert MadeObject.of_labels("local", "", "container", "helper", ENTRY.labels) == replace(ENTRY, state="made")
    assert MadeObject.from_json(ENTRY.to_json()) == ENTRY
    assert MadeObject.of_labels("local", "", "container", "web", {"app": "web"}) is None


def test_its_labels_are_labels_of_kubernetes_too():
    assert all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in ENTRY.labels.items())


@given(st.sampled_from(sorted(ENTRY.labels)), st.text(max_size=30))
def test_labels_that_somebody_changed_are_not_ours(name: str, value: str):
    entry = ENTRY.sealed(SIGN)
    labels = {**entry.labels, name: value}
    found = MadeObject.of_labels("local", "", "container", "helper", labels)
    same = value == entry.labels[name]
    assert (found is not None and found.is_ours(SIGN)) == same


def test_labels_on_another_object_are_not_ours():
    labels = ENTRY.sealed(SIGN).labels
    for place in (
        ("local", "", "container", "web"),
        ("other", "", "container", "helper"),
        ("local", "", "pod", "helper"),
    ):
        found = MadeObject.of_labels(*place, labels)
        assert found
        assert not found.is_ours(SIGN)


def test_an_entry_of_another_version_is_read():
    assert MadeObject.from_json(ENTRY.to_json().replace('"why"', '"later": 1, "why"')) == ENTRY


def test_what_is_stuck_is_due_before_it_expires():
    assert not ENTRY.is_due(1_799.0)
    assert ENTRY.is_due(1_800.0)
    assert replace(ENTRY, state="stuck").is_due(0.0)
