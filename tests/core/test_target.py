"""Targets as typed: segments from right to left, and what is refused with its column."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UsageError
from bot.core.target import TargetRef, parse_target

CONTEXTS = frozenset({"local", "staging"})


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("web", TargetRef("web")),
        ("/web-1", TargetRef("web-1")),
        ("web:app", TargetRef("web", container="app")),
        ("local/web", TargetRef("web", "local")),
        ("shop/web", TargetRef("web", namespace="shop")),
        ("local/shop/web", TargetRef("web", "local", "shop")),
        ("service/web", TargetRef("web", kind="service")),
        ("staging/shop/deployment/web", TargetRef("web", "staging", "shop", "deployment")),
        ("image/nginx:1.25", TargetRef("nginx:1.25", kind="image")),
        ("local/image/shop/web:1.4", TargetRef("shop/web:1.4", "local", kind="image")),
        ("localhost:5000/shop/web:1.4", TargetRef("localhost:5000/shop/web:1.4", kind="image")),
        ("local/registry.example/shop/web:1.4", TargetRef("registry.example/shop/web:1.4", "local", kind="image")),
        ("sha256:0123456789ab", TargetRef("sha256:0123456789ab", kind="image")),
        ("gateways.example.com/front", TargetRef("front", kind="gateways.example.com")),
        ("shop/gateways.example.com/front", TargetRef("front", namespace="shop", kind="gateways.example.com")),
    ],
)
def test_a_target(text: str, ref: TargetRef):
    assert parse_target(text, CONTEXTS) == ref


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "has 0"),
        ("x" * 513, "has 513"),
        ("../web", "column 1"),
        ("/", "has 0"),
        ("local//web", "column 7"),
        ("web:", "column 5"),
        ("local/image/", "name is missing"),
        ("nowhere/shop/web", "Choose one of local, staging."),
        ("local/a/b/c/web", "too many parts"),
    ],
)
def test_no_target(text: str, line: str):
    with pytest.raises(UsageError) as error:
        parse_target(text, CONTEXTS)
    assert line in str(error.value)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_usage_error(text: str):
    with contextlib.suppress(UsageError):
        assert parse_target(text, CONTEXTS).name
