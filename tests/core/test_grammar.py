"""Words against values: what is understood, what is refused, and with which nearest right word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import catalog
from bot.actions.desk.grep import Grep
from bot.actions.desk.help import Help
from bot.actions.look.events import Events
from bot.actions.look.inspect import Inspect
from bot.actions.look.logs import Logs
from bot.actions.look.network import Network
from bot.actions.look.processes import Processes
from bot.actions.look.ps import Ps
from bot.actions.look.stats import Stats
from bot.core.action import Action
from bot.core.errors import UsageError
from bot.core.grammar import Grammar, split
from bot.core.manual import letters, typed

GRAMMAR = Grammar(catalog())


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("logs web", Logs("web")),
        ("logs web --tail 20 -f", Logs("web", tail="20", follow=True)),
        ("logs --tail=20 web", Logs("web", tail="20")),
        ("LOGS web", Logs("web")),
        ("logs -l app=web -n shop", Logs(selector="app=web", namespace="shop")),
        ('logs web --grep "two words"', Logs("web", grep="two words")),
        ("ps", Ps()),
        ("ps -a", Ps(all=True)),
        ("get pods -n shop", Ps(namespace="shop")),
        ("stats web db --for 10s", Stats(("web", "db"), over=timedelta(seconds=10))),
        ("events --since 2h", Events(since="2h")),
        ("network --name shop", Network(name="shop")),
        ("grep timeout", Grep("timeout")),
        ("help logs", Help("logs")),
        ("logs --help", Help("logs")),
        ("docker ps -a", Ps(all=True)),
        ("docker logs --tail 20 web", Logs("web", tail="20")),
        ("docker logs -n 5 web", Logs("web", tail="5")),
        ("docker logs -fn 5 web", Logs("web", tail="5", follow=True)),
        ("docker logs -n5 web", Logs("web", tail="5")),
        ("docker logs -f web", Logs("web", follow=True)),
        ("docker top web", Processes("web")),
        ("docker stats --no-stream web", Stats(("web",))),
        ("docker container ls", Ps()),
        ("docker network inspect shop", Network(name="shop")),
        ("docker inspect --format '{{.State.Pid}}' web", Inspect("web", path=".State.Pid")),
        ("docker inspect -f '{{json .State}}' web", Inspect("web", path=".State")),
        ("kubectl get pods -n shop", Ps(namespace="shop")),
        ("kubectl logs web -n shop -f", Logs("web", namespace="shop", follow=True)),
        ("kubectl top pod", Stats()),
    ],
)
def test_a_command_is_understood(text: str, action: Action):
    assert GRAMMAR.parse(text) == action


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("lgos web", "Did you mean `logs`?"),
        ("logs web --tial 3", "Did you mean --tail?"),
        ("logs a b", "`logs` does not take `b`"),
        ("ps --sort-by x", "unknown option: --sort-by"),
        ("logs web -- ls", "takes no command after `--`"),
        ("logs web && ls", "no `&&`"),
        ("logs web > file", "no `>`"),
        ("logs web | jq .", "`--path .State.Pid` does it"),
        ("logs web -f --until 5m", "don't go together"),
        ("stats --for 1s", "3s to 10m"),
        ("stats --sort-by age", "There is `cpu`, `memory` and `name`."),
    ],
)
def test_what_is_not_understood_says_what_would_be(text: str, line: str):
    with pytest.raises(UsageError) as error:
        GRAMMAR.parse(text)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(max_size=300))
def test_any_text_is_an_action_or_one_usage_error(text: str):
    try:
        assert isinstance(GRAMMAR.parse(text), Action)
    except UsageError as error:
        assert str(error)


@given(st.lists(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=20), max_size=8))
def test_quoted_words_come_back_as_they_were(words: list[str]):
    import shlex

    assert split(shlex.join(words)) == words


@given(
    st.builds(
        Logs,
        st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
        tail=st.sampled_from(["", "all", "1", "500"]),
        grep=st.from_regex(r"[-a-z '\"$&;=]{0,12}", fullmatch=True),
        since=st.sampled_from(["", "10m", "2h"]),
        timestamps=st.booleans(),
    )
)
def test_an_action_as_typed_parses_to_itself(action: Logs):
    assert GRAMMAR.parse(typed(action)) == action


def test_no_letter_means_two_things():
    meanings = [letter for letter, _, _ in letters(catalog())]
    assert len(meanings) == len(set(meanings))
    assert ("-n", "--namespace") in {(letter, flag) for letter, flag, _ in letters(catalog())}


def test_two_verbs_of_one_word_are_found_at_start():
    @dataclass(frozen=True)
    class Impostor(Action):
        """Pretends."""

    Impostor.verb = "logs"

    with pytest.raises(ValueError, match="names both"):
        Grammar([Logs, type("Other", (Impostor,), {"aliases": (), "verb": "log"})])


def test_a_flag_that_could_be_taken_for_a_target_is_found_at_start():
    @dataclass(frozen=True)
    class Loose(Action):
        """Has two places."""

        one: str = ""
        two: str = ""

    Loose.verb = "loose"
    with pytest.raises(ValueError, match="one, two all have a place"):
        Grammar([Loose])
