"""A multiplexed stream, in any chunking: every line on its own stream, in order, nothing lost."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from bot.backends.docker.logs import Frames, Raw
from bot.core.output import Lines

LINES = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.binary(max_size=30).map(lambda it: it.replace(b"\n", b""))), max_size=20
)


def framed(lines: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">BxxxL", number, len(line) + 1) + line + b"\n" for number, line in lines)


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(LINES, st.integers(1, 40))
def test_frames_become_lines_of_their_streams(lines: list[tuple[int, bytes]], size: int):
    frames = Frames()
    got = [out for chunk in chunked(framed(lines), size) for out in frames.push(chunk)] + frames.close()

    flat = [(out.stream, line) for out in got for line in out.data[:-1].split(b"\n")]
    assert flat == [("out" if number == 1 else "err", line) for number, line in lines]


def test_a_line_in_several_frames_is_one_line():
    frames = Frames()
    data = struct.pack(">BxxxL", 1, 3) + b"abc" + struct.pack(">BxxxL", 1, 2) + b"d\n"
    assert frames.push(data) == [Lines(b"abcd\n")]


def test_a_terminal_has_one_stream():
    raw = Raw()
    assert [*raw.push(b"a\r\nb"), *raw.close()] == [Lines(b"a\r\n"), Lines(b"b\n")]
