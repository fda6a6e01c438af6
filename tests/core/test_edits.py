"""An object becomes another by edits, and the same again by their inverse, whoever else has changed it meanwhile."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.edits import Edit, differences, operations, overtaken, undoing, value_at


def without_nulls(value: Any) -> Any:
    """As the API keeps an object: what is null isn't there."""
    if isinstance(value, dict):
        return {name: without_nulls(it) for name, it in value.items() if it is not None}
    return [without_nulls(it) for it in value] if isinstance(value, list) else value


NAMES = st.sampled_from(["a", "b", "c", "x.io/y", "~z"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "one", "two"])
ITEMS = st.lists(NAMES, unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(st.fixed_dictionaries({"name": st.just(it), "value": LEAVES}) for it in names)).map(list)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=4) | ITEMS | st.lists(inner, max_size=3), max_leaves=12
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5).map(without_nulls)


def patched(seen: Any, patch: list[dict[str, Any]]) -> Any:
    """RFC 6902, read anew. Raises AssertionError for a test that fails."""
    draft = copy.deepcopy(seen)
    for operation in patch:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        around = draft
        for part in way:
            around = around[int(part)] if isinstance(around, list) else around[part]
        key: Any = int(last) if isinstance(around, list) else last
        match operation["op"]:
            case "test":
                assert (around.get(key) if isinstance(around, dict) else around[key]) == operation["value"]
            case "remove":
                del around[key]
            case "add" if isinstance(around, list):
                around.insert(key, operation["value"])
            case _:
                around[key] = operation["value"]
    return draft


@given(OBJECTS, OBJECTS)
def test_the_edits_make_the_one_of_the_other_and_their_inverse_brings_it_back(before: Any, after: Any):
    edits = list(differences(before, after))
    assert not overtaken(before, edits)
    assert patched(before, operations(before, edits)) == after
    undone = undoing(edits)
    assert not overtaken(after, undone)
    assert patched(after, operations(after, undone)) == before


@given(OBJECTS, OBJECTS)
def test_edits_are_kept_as_json_and_read_again(before: Any, after: Any):
    edits = list(differences(before, after))
    assert [Edit.from_json(edit.to_json()) for edit in edits] == edits


POD = {"spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "proxy", "image": "proxy:1"}]}}
OTHER = {"spec": {"containers": [{"name": "proxy", "image": "proxy:1"}, {"name": "web", "image": "web:2"}]}}
IMAGE = Edit(("spec", "containers", "web", "image"), "web:1", "web:2")


def test_a_container_is_found_by_its_name_wherever_it_stands():
    web, proxy = POD["spec"]["containers"]
    assert list(differences(POD, {"spec": {"containers": [{**web, "image": "web:2"}, proxy]}})) == [IMAGE]
    assert value_at(OTHER, IMAGE.place) == "web:2"
    (test, replace) = operations(OTHER, [IMAGE.inverse])
    assert (test["path"], replace["value"]) == ("/spec/containers/1/image", "web:1")


@pytest.mark.parametrize(
    "since",
    [
        {"spec": {"containers": [{"name": "web", "image": "web:3"}]}},
        {"spec": {"containers": [{"name": "other", "image": "web:2"}]}},
        {"spec": {"containers": [{"name": "web", "image": "web:2"}, {"name": "web", "image": "web:2"}]}},
        {"spec": {}},
        {},
    ],
)
def test_what_somebody_has_changed_since_is_told_and_not_reverted(since: Any):
    assert overtaken(since, [IMAGE.inverse]) == [IMAGE.inverse]


def test_what_stood_around_a_place_and_is_gone_is_told_too():
    removed = Edit(("spec", "containers", "web", "env", "A"), {"name": "A", "value": "1"}, None, at=0)
    assert overtaken({"spec": {"containers": []}}, [removed.inverse]) == [removed.inverse]


def test_a_place_reads_as_it_is_written():
    assert str(Edit(("metadata", "annotations", "x.io/y"))) == "metadata.annotations[x.io/y]"
