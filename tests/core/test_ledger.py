"""What was made, in its labels and in the ledger."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ledger import LABEL, MadeObject

ENTRY = MadeObject("a1", "c1", "local", "", "container", "helper", "T0", "U0ANN", "C0", "1795.000100", "plant", 1_800.0)
_NAME = re.compile(r"(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


def test_an_object_says_by_its_labels_what_the_ledger_has():
    assert MadeObject.of_labels("local", "", "container", "helper", ENTRY.labels) == replace(ENTRY, state="made")
    assert MadeObject.from_json(ENTRY.to_json()) == ENTRY
    assert MadeObject.of_labels("local", "", "container", "web", {"app": "web"}) is None


def test_its_labels_are_labels_of_kubernetes_too():
    assert all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in ENTRY.labels.items())


@given(st.dictionaries(st.sampled_from(list(ENTRY.labels)), st.text(max_size=30)))
def test_labels_that_somebody_damaged_expire_at_once_or_are_none_of_ours(damaged: dict[str, str]):
    labels = {**ENTRY.labels, **damaged}
    found = MadeObject.of_labels("local", "", "container", "helper", labels)
    if not labels[LABEL]:
        assert found is None
        return
    assert found
    until = labels["cdebug/expires"]
    plain = until.isascii() and until.isdigit() and len(until) < 12
    assert found.expires == (float(until) if plain else 0.0)


def test_what_is_stuck_is_due_before_it_expires():
    assert not ENTRY.is_due(1_799.0)
    assert ENTRY.is_due(1_800.0)
    assert replace(ENTRY, state="stuck").is_due(0.0)
