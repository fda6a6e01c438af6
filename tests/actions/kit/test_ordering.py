"""A sorted column stands as people mean it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.ordering import key_of


@pytest.mark.parametrize(
    "cells",
    [
        ["web-1", "web-2", "web-10", "web-10-a"],
        ["512Ki", "9Mi", "10Mi", "1Gi", "1.5Gi", "<none>"],
        ["5m", "250m", "1", "1500m", "2", "16"],
        ["40s", "5m", "2h", "2h10m", "3d", "1y2d", "<none>"],
        ["0", "2", "7 (2m ago)", "12 (5h ago)", "<none>"],
        ["0/2", "1/1", "2/2", "10/10"],
        ["900kB", "1.2MB", "1GB"],
        ["Alpha", "beta", "Gamma"],
    ],
)
def test_a_column_is_in_its_order(cells: list[str]):
    shuffled = random.Random(1).sample(cells, len(cells))
    assert sorted(shuffled, key=key_of(shuffled)) == cells


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_cells_can_be_sorted(cells: list[str]):
    assert sorted(cells, key=key_of(cells)) is not None


def test_a_number_that_is_too_long_is_text():
    cells = ["9" * 400 + "s", "2h", "9" * 400]
    assert sorted(cells, key=key_of(cells))[0] == "2h"
