"""An engine's values as people read them."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.documents import show


def test_a_scalar_is_shown_as_it_is_and_the_rest_as_json():
    assert show("running") == "running"
    assert show(42) == "42"
    assert show(True) == "true"
    assert show({"a": "ü"}) == '{\n  "a": "ü"\n}'


def test_a_text_of_several_lines_is_a_block_in_yaml():
    assert show({"conf": "[log]\nlevel = debug\n", "one": "line"}, "yaml") == (
        "conf: |\n  [log]\n  level = debug\none: line"
    )
    assert show({"script": "cd /\n  ls"}, "yaml") == "script: |-\n  cd /\n    ls"


@pytest.mark.parametrize("text", ["a \nb", "\ta\nb", "a\r\nb", "\n", "a\n\n\n", " a\nb", "#a\n---\nb", "a\x07\nb"])
def test_what_a_block_cant_hold_is_quoted_and_stays_what_it_is(text: str):
    assert yaml.safe_load(show({"a": text}, "yaml") + "\n") == {"a": text}


_TEXT = st.text(st.characters(exclude_characters="\x85"), max_size=40)  # PyYAML folds it


@given(st.dictionaries(_TEXT, _TEXT, max_size=4))
def test_yaml_is_read_back_as_what_it_was(value: dict[str, str]):
    assert yaml.safe_load(show(value, "yaml") + "\n") == value
