"""Redaction, held to lines that real programs write: what it misses and what it hides wrongly."""

from __future__ import annotations

import re

import pytest

from tests.core.corpus import lost, missed, samples, shown, unmarked

# Known, and in docs/security.md: a name and its value that don't stand beside each other.
APART = (
    "apiKey, region :=",
    "- value: ⟦reversedPair8⟧",
    '"value": "⟦prettyReversed12⟧"',
    "⟦colonAlone16⟧",
)


def known(sample: str) -> bool:
    return any(each in sample for each in APART)


@pytest.mark.parametrize("sample", [it for it in samples("secrets.txt") if not known(it)])
def test_no_secret_of_a_line_can_be_read(sample: str):
    assert not missed(sample), shown(unmarked(sample))


@pytest.mark.parametrize("sample", [it for it in samples("blocks.txt") if not known(it)])
def test_no_secret_of_several_lines_can_be_read(sample: str):
    assert not missed(sample), shown(unmarked(sample))


@pytest.mark.parametrize("sample", samples("harmless.txt"))
def test_a_line_without_a_secret_stays_byte_for_byte(sample: str):
    assert shown(sample) == sample


def test_what_stands_beside_a_secret_stays():
    """Names and what follows are what a line is read for: few words may go with a secret."""
    words = [word for sample in samples("secrets.txt") for word in re.sub("⟦.*?⟧", " ", sample).split()]
    gone = [word for sample in samples("secrets.txt") for word in lost(sample)]
    assert len(gone) <= len(words) // 100, gone


def test_the_corpus_is_large_enough_to_mean_something():
    assert len(samples("secrets.txt")) >= 300
    assert len(samples("harmless.txt")) >= 300
