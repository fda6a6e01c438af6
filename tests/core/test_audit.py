"""The audit's chain: whatever is changed in it is found, and named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit import START, Entry, Head, Record, append, fault, seal
from bot.store.encoding import entry_from_json, entry_to_json

KEY = b"a key"
ENTRIES = st.lists(st.builds(Entry, st.just("ran"), at=st.text(max_size=5), command=st.text(max_size=20)), min_size=1)


def chain(entries: list[Entry], key: bytes = KEY) -> list[Record]:
    head, records = Head(), []
    for entry in entries:
        records.append(append(head, entry_to_json(entry), key))
        head = Head(records[-1].seq, records[-1].mac)
    return records


def end_of(records: list[Record]) -> Head:
    return Head(records[-1].seq, records[-1].mac) if records else Head()


def check(records: list[Record], end: Head, anchors: list[Head] | None = None, start: Head | None = None) -> str:
    return fault(records, start or Head(), end, anchors or [], KEY)


STORY = chain(
    [Entry("asked", "1", command="exec a"), Entry("decided", "2"), Entry("ran", "3"), Entry("ended", "4", exit=0)]
)
END = end_of(STORY)


@given(ENTRIES)
def test_what_was_written_holds_and_reads_as_it_was(entries: list[Entry]):
    records = chain(entries)
    assert check(records, end_of(records)) == ""
    assert [entry_from_json(record.entry) for record in records] == entries


def test_an_empty_audit_holds():
    assert check([], Head()) == ""


@given(st.data())
def test_any_single_change_is_found(data: st.DataObject):
    at = data.draw(st.integers(0, 3))
    record = STORY[at]
    changed = data.draw(
        st.sampled_from(
            [
                [*STORY[:at], *STORY[at + 1 :]],
                [*STORY[:at], replace(record, entry=record.entry.replace('"at":"', '"at":"9')), *STORY[at + 1 :]],
                [*STORY[:at], replace(record, mac=START), *STORY[at + 1 :]],
                [*STORY[: at + 1], replace(record, seq=record.seq), *STORY[at + 1 :]],
                [*STORY[: at + 1], Record(record.seq + 1, record.entry, record.mac), *STORY[at + 1 :]],
                [*STORY[:at], replace(record, seq=record.seq + 7), *STORY[at + 1 :]],
            ]
        )
    )
    assert check(changed, END) != ""


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([STORY[0], *STORY[2:]], "record 2 is missing"),
        ([STORY[0], STORY[1], STORY[1], *STORY[2:]], "record 2 is out of order"),
        ([STORY[1], STORY[0], *STORY[2:]], "record 1 is missing"),
        ([STORY[0], replace(STORY[1], entry='{"at":"2","event":"ran"}'), *STORY[2:]], "record 2 was edited"),
        (STORY[:3], "record 4 is missing: the head is record 4"),
    ],
)
def test_the_first_wrong_record_is_named(records: list[Record], said: str):
    assert said in check(records, END)


def test_a_tail_that_was_cut_off_with_its_head_contradicts_an_anchor():
    anchors = [end_of(STORY[:2]), END]
    assert check(STORY, END, anchors) == ""
    assert "record 4 is missing: the anchor" in check(STORY[:3], end_of(STORY[:3]), anchors)


def test_a_chain_that_was_rebuilt_contradicts_an_anchor_even_with_the_key():
    other = chain([Entry("asked", "1", command="exec b"), *[Entry("ran", str(n)) for n in range(5)]])
    assert check(other, end_of(other)) == ""
    assert "rebuilt" in check(other, end_of(other), [END])


def test_a_chain_that_was_rebuilt_without_the_key_is_edited_from_its_first_record():
    other = chain([Entry("asked", "1")], b"another key")
    assert "record 1 was edited" in check(other, end_of(other))


def test_an_anchor_that_was_published_twice_with_two_macs_tells_of_a_rebuilt_chain():
    assert "two different ones" in check(STORY, END, [replace(END, mac="0" * 64), END])
    assert check(STORY, END, [END, END]) == ""


def test_no_mac_of_a_record_is_the_seal_of_a_beginning():
    record = append(Head(10, "start"), "text", KEY)
    assert record.mac != seal(Head(11, "text"), KEY)


def test_a_trimmed_chain_begins_where_it_was_sealed():
    start = end_of(STORY[:2])
    assert check(STORY[2:], END, [start], start) == ""
    assert check(STORY[2:], END) == "record 1 is missing"
    assert seal(start, KEY) != seal(replace(start, seq=1), KEY) != seal(start, b"other")
