"""Windows of a long result: what fits, from either edge; head and tail of a stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.window import FirstLines, LastLines, Room, cut, fit_end, fit_start, shorten

LINES = st.lists(st.text("abc<&", max_size=60), max_size=60)
ROOMS = st.builds(Room, lines=st.integers(1, 20), characters=st.integers(80, 400), width=st.integers(20, 60))


@given(LINES, ROOMS)
def test_what_is_shown_fits_and_is_the_edge(lines: list[str], room: Room):
    for shown, edge in ((fit_start(lines, room), lines[: room.lines]), (fit_end(lines, room), lines[-room.lines :])):
        assert len(shown) <= room.lines
        assert bool(shown) == bool(lines)
        assert sum(room.cost(line) + 1 for line in shown) <= room.characters or len(shown) == 1
        assert len(shown) <= len(edge)


@given(LINES, ROOMS)
def test_pages_backwards_meet_without_gap_or_overlap(lines: list[str], room: Room):
    pages: list[int] = []
    end = len(lines)
    while end > 0:
        page = fit_end(lines[max(0, end - room.lines) : end], room)
        pages[:0] = range(end - len(page), end)
        end -= len(page)
    assert pages == list(range(len(lines)))


@given(st.text("ab<", max_size=300), st.integers(5, 50))
def test_a_shortened_line_says_how_much_is_missing(line: str, width: int):
    room = Room(width=width)
    short = shorten(line, room)
    if len(line) <= width:
        assert short == line
    else:
        kept, _, count = short.partition("… (+")
        assert len(kept) + int(count.split()[0].replace(",", "")) == len(line)


@given(st.lists(st.lists(st.sampled_from([b"", b"x", b"yy"]), min_size=1, max_size=9), max_size=9), st.integers(1, 8))
def test_head_and_tail_hold_the_edges_of_a_stream(blocks: list[list[bytes]], size: int):
    head, tail, every = FirstLines(size), LastLines(size), [line for block in blocks for line in block]
    for block in blocks:
        data = b"".join(line + b"\n" for line in block)
        head.push(head.read(data))
        tail.push(tail.read(data))
    assert head.total == tail.total == len(every)
    assert head.lines == [cut(line) for line in every[:size]]
    assert tail.lines == [cut(line) for line in every[-size:]]


@given(st.text("aé🔥", min_size=1, max_size=9), st.sampled_from([1, 100, 9_000, 300_000]))
def test_a_line_of_any_length_is_cut_and_counted(text: str, times: int):
    line = cut((text * times).encode())
    start = line.start.decode()
    assert (text * times).startswith(start)
    assert len(start) + line.more == len(text) * times
    assert len(line.start) <= 8 * 1024
