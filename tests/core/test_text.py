"""Engines' bytes as text: cut at lines, cleaned, marked, sieved; in any chunking the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.output import Lines
from bot.core.pattern import compile_pattern, matching_lines
from bot.core.text import LONGEST_LINE, STDERR_MARK, LineSplitter, StreamSplitter, clean, mark_stderr, sieve


def split(chunks: list[bytes]) -> bytes:
    splitter = LineSplitter()
    return b"".join([*map(splitter.push, chunks), splitter.close()])


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_lines_are_the_same_however_the_stream_is_chunked(chunks: list[bytes]):
    whole = b"".join(chunks)

    blocks = split(chunks)

    assert blocks == (whole if whole.endswith(b"\n") or not whole else whole + b"\n")


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_every_block_is_whole_lines(chunks: list[bytes]):
    splitter = LineSplitter()
    for chunk in chunks:
        block = splitter.push(chunk)
        assert not block or block.endswith(b"\n")


def test_a_line_without_an_end_is_broken_at_a_mebibyte_and_nothing_is_lost():
    splitter = LineSplitter()

    blocks = [splitter.push(b"x" * 70_000) for _ in range(64)] + [splitter.close()]

    lines = b"".join(blocks).split(b"\n")
    assert sum(map(len, lines)) == 64 * 70_000
    assert max(map(len, lines)) <= LONGEST_LINE


@given(st.binary(max_size=200))
def test_cleaned_text_is_utf8_without_controls(block: bytes):
    text = clean(block).decode()
    assert not [sign for sign in text if ord(sign) < 32 and sign not in "\t\n"]


@given(
    st.text(
        st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd"),
        max_size=100,
    )
)
def test_plain_text_is_left_as_it_is(text: str):
    assert clean(text.encode()) == text.encode()


def test_colours_go_and_other_controls_become_signs():
    for code in (
        b"\x1b(B", b"\x1b)0", b"\x1b=", b"\x1b>", b"\x1b7", b"\x1bc", b"\x1bP1$r0m\x1b\\", b"\x1b_state\x1b\\",
        b"\x1b%G", b"\xc2\x9b31m", b"\xc2\x9d0;title\xc2\x9c", b"\xc2\x90q\x1b\\",
    ):  # fmt: skip
        assert clean(b"a" + code + b"b\n") == b"ab\n"
    assert clean(b"\xc2\x90" * 100_000 + b"a\n").endswith(b"a\n"), "read once, however many begin and never end"
    assert clean(b"\x1bPnever ends\nhidden\n") == b"never ends\nhidden\n"
    assert clean(b"\x1b]0;title\nhidden\x07\n").endswith("hidden␇\n".encode()), "a title that never ends hides nothing"
    assert clean(b"\x1b[1;31mred\x1b[0m\x07 \x1b]0;title\x07x\r\n") == "red␇ x\n".encode()


def test_direction_marks_and_invisible_signs_are_shown():
    assert clean("a\u202eb\u200bc\n".encode()) == b"a\\u202eb\\u200bc\n"


@given(st.lists(st.sampled_from([b"error here", b"fine", b"", b"an error", b"ERROR"]), min_size=1, max_size=20))
def test_sieving_a_block_is_sieving_its_lines(lines: list[bytes]):
    pattern = compile_pattern("error|^$")
    block = b"".join(line + b"\n" for line in lines)

    expected = b"".join(line + b"\n" for line in lines if b"error" in line or not line)

    assert matching_lines(pattern, block) == expected
    assert sieve(pattern, mark_stderr(block)) == (mark_stderr(expected) if expected else b"")


def test_a_pattern_that_spans_lines_keeps_only_lines_that_match_alone():
    assert matching_lines(compile_pattern(r"a\s+b"), b"a\nb\na b\n") == b"a b\n"


def test_the_mark_of_stderr_is_not_part_of_the_text():
    assert (
        sieve(compile_pattern("^ERROR"), mark_stderr(b"ERROR x\nno\n") + b"ERROR y\n")
        == STDERR_MARK + b"ERROR x\nERROR y\n"
    )


def test_a_pattern_that_hangs_backtrackers_answers_at_once():
    assert matching_lines(compile_pattern("(a+)+$"), b"a" * 100_000 + b"!\n") == b""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"\r 10%\r 20%\r100%\n", "␍ 100%\n"),
        (b"a\r\nb\r\r\n", "a\nb\n"),
        (b"\rstart\n", "start\n"),
        (b"evidence\rOK\nnext\n", "␍ OK\nnext\n"),
        (b"10%\r20%\r", "␍ 20%"),
        (b"wiped\r     \r\n", "␍      \n"),
    ],
)
def test_a_line_that_was_written_over_is_shown_as_it_stood_at_last(written: bytes, shown: str):
    assert clean(written).decode() == shown


def test_a_line_without_an_end_is_known_whichever_stream_spoke_last():
    splitter = StreamSplitter()
    assert splitter.rest is None
    splitter.push("err", b"Overwrite? ")
    splitter.push("out", b"begun\n")  # engines read the two side by side
    assert splitter.rest == Lines(b"Overwrite? \n", "err")
    splitter.push("out", b"and")
    assert splitter.rest == Lines(b"and\n", "out")
    splitter.forget("out")
    assert splitter.rest == Lines(b"Overwrite? \n", "err")
