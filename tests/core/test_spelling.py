"""Spelling out: what an approver reads is what was typed, and no two texts read alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.spelling import in_one_line, spell_out, to_the_letter

PIECES = ["a", "\n", "\x07", "\u202e", "␤", "␇", "\\", "\\u202e", "\\u2424", "u202e", "\ufe0f", "⚠", "\U000e0041"]
SIGNS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


@given(SIGNS, SIGNS)
def test_two_texts_never_read_alike_to_the_letter(one: str, other: str):
    assert (one == other) == (to_the_letter(one) == to_the_letter(other))


@given(st.text(max_size=40))
def test_what_is_spelt_out_stays_as_it_is(text: str):
    assert spell_out(spell_out(text)) == spell_out(text)
    assert in_one_line(to_the_letter(text)) == to_the_letter(text)
    assert "\n" not in to_the_letter(text)


def test_a_typed_sign_of_ours_is_told_from_the_one_that_it_stands_for():
    assert to_the_letter("a\nb␤c") == "a␤b\\u2424c"
    assert to_the_letter("\\\u202e") == "\\\\\\u202e"
    assert to_the_letter("a\u202eb\\u202ec") == "a\\u202eb\\\\u202ec"


def test_the_neighbour_plain_words_read_as_they_were_typed():
    assert to_the_letter("grep -P 'C:\\users\\[0-9]' ⚠️ é") == "grep -P 'C:\\users\\[0-9]' ⚠️ é"
