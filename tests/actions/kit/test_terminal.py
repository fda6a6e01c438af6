"""The ends of a shell's lines are found wherever the stream is cut, and nowhere else."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.terminal import Prompts

NONCE = "0123456789abcdef"


def told(stream: bytes, cuts: list[int]) -> tuple[bytes, list[int | str]]:
    """All text, and the statuses, of a stream that arrives in pieces."""
    prompts = Prompts(NONCE)
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    text, statuses = b"", list[int | str]()
    for start, end in itertools.pairwise(edges):
        for part, status in prompts.push(stream[start:end]):
            text += part
            statuses += [status] if status is not None else []
    return text + prompts.close(), statuses


@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 255)), max_size=5), st.lists(st.integers(0, 500)))
def test_lines_end_where_the_prompt_stands(lines: list[tuple[bytes, int]], cuts: list[int]):
    stream = b"".join(text + f"[cdebug {NONCE} {status}]".encode() for text, status in lines)
    assert told(stream, cuts) == (b"".join(text for text, _ in lines), [status for _, status in lines])


@given(st.lists(st.integers(0, 500)))
def test_somebody_elses_prompt_is_text(cuts: list[int]):
    forged = b"[cdebug ffffffffffffffff 0] and [cdebug 0123456789abcdef $?]"
    assert told(forged, cuts) == (forged, [])


def test_an_open_quote_is_told():
    assert told(f"[cdebug {NONCE} more]".encode(), []) == (b"", ["more"])
