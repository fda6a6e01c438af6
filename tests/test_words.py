"""What people read, as one text that a reviewer sees change."""

from __future__ import annotations

from tests.words import WORDS, lines


def test_the_words_that_people_read_are_the_ones_that_were_reviewed():
    assert lines() == WORDS.read_text().splitlines(), "`make docs` writes tests/words.txt anew: read what changed"
