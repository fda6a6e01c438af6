"""Help: what is declared with a field is what people read."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.actions import catalog
from bot.core.action import Action
from bot.core.manual import flags_of, usage

VERBS = {verb.verb: verb for verb in catalog()}


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("get", "get KIND[,KIND…] [NAME…] "), ("audit", "audit [--who PERSON] [--target NAME] [--since TIME]"),
        ("approve", "approve ID"), ("can", "can VERB [TARGET]"), ("help", "help [VERB]"), ("diff", "diff [TARGET]"),
        ("cat", "cat [TARGET] [PATH] "), ("use", "use [CONTEXT[/NAMESPACE]]"), ("grep", "grep PATTERN"),
    ],
)  # fmt: skip
def test_a_usage_line_says_what_is_typed(verb: str, line: str):
    assert usage(VERBS[verb]).startswith(line)
    assert "[--for DURATION]" in usage(VERBS["stats"])


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_every_word_that_is_typed_without_a_flag_has_a_name_in_help(verb: Any):
    places = [field.name for field in dataclasses.fields(verb) if not field.kw_only]
    said = usage(verb).removeprefix(verb.verb).strip()
    assert bool(places) == (said != "" and not said.startswith("[-"))


@pytest.mark.parametrize("verb", ["diff", "images", "processes"])
def test_what_docker_alone_can_do_offers_no_container_of_a_pod(verb: str):
    found: type[Action] = VERBS[verb]
    assert "--container" not in {name for flag in flags_of(found) for name in flag.names}
