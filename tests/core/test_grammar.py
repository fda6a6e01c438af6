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
from bot.actions.look.describe import Describe
from bot.actions.look.events import Events
from bot.actions.look.get import Get
from bot.actions.look.inspect import Inspect
from bot.actions.look.logs import Logs
from bot.actions.look.network import NetworkVerb
from bot.actions.look.processes import Processes
from bot.actions.look.ps import Ps
from bot.actions.look.stats import Stats
from bot.actions.shell.attach import Attach
from bot.actions.shell.cat import Cat
from bot.actions.shell.cp import Cp
from bot.actions.shell.exec import Exec
from bot.actions.shell.ls import Ls
from bot.actions.shell.sh import Sh
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
        ("network --name shop", NetworkVerb(name="shop")),
        ("grep timeout", Grep("timeout")),
        ("help logs", Help(("logs",))),
        ("logs --help", Help(("logs",))),
        ("rollout undo --help", Help(("rollout", "undo"))),
        ("docker ps -a", Ps(all=True)),
        ("docker logs --tail 20 web", Logs("web", tail="20")),
        ("exec web -- ls -la --color", Exec("web", argv=("ls", "-la", "--color"))),
        ("exec web -u app -- sh -c 'a | b > c'", Exec("web", user="app", argv=("sh", "-c", "a | b > c"))),
        ("exec web -- echo -- x", Exec("web", argv=("echo", "--", "x"))),
        ("exec -- id", Exec("", argv=("id",))),
        ("docker exec -it web ls -la /app", Exec("web", argv=("ls", "-la", "/app"))),
        ("docker exec -u app -w /srv web id", Exec("web", user="app", workdir="/srv", argv=("id",))),
        ("docker exec web cat -- x", Exec("web", argv=("cat", "--", "x"))),
        ("docker exec -it web /bin/sh", Sh("web")),
        ("docker exec -it web /bin/bash", Sh("web")),
        ("docker exec web sh", Exec("web", argv=("sh",))),
        ("kubectl exec -it web -n shop -- /bin/sh", Sh("web", namespace="shop")),
        ("kubectl exec web -- env", Exec("web", argv=("env",))),
        ("docker cp web:/app/logs/error.log ./error.log", Cp(("web:/app/logs/error.log",))),
        ("kubectl cp web:/app/config.yaml ./config.yaml", Cp(("web:/app/config.yaml",))),
        ("docker attach web", Attach("web")),
        ("ls web /app", Ls(("web", "/app"))),
        ("cat web:/etc/hosts", Cat(("web:/etc/hosts",))),
        ("docker logs -n 5 web", Logs("web", tail="5")),
        ("docker logs -fn 5 web", Logs("web", tail="5", follow=True)),
        ("docker logs -n5 web", Logs("web", tail="5")),
        ("docker logs -f web", Logs("web", follow=True)),
        ("docker top web", Processes("web")),
        ("docker stats --no-stream web", Stats(("web",))),
        ("docker container ls", Ps()),
        ("docker network inspect shop", NetworkVerb(name="shop")),
        ("docker inspect --format '{{.State.Pid}}' web", Inspect("web", path=".State.Pid")),
        ("docker inspect -f '{{json .State}}' web", Inspect("web", path=".State")),
        ("kubectl get pods -n shop", Ps(namespace="shop")),
        ("kubectl logs web -n shop -f", Logs("web", namespace="shop", follow=True)),
        ("kubectl top pod", Stats()),
        ("kubectl top node", Stats(nodes=True)),
        ("top nodes node-1", Stats(("node-1",), nodes=True)),
        ("kubectl top pods --sort-by=memory -n shop", Stats(sort_by="memory", namespace="shop")),
        ("kubectl get pods -A -o wide", Ps(everywhere=True, output="wide")),
        ("kubectl get svc,endpoints", Get(("svc,endpoints",))),
        ("get deployment web", Get(("deployment", "web"))),
        ("kubectl describe pod web -n shop", Describe("pod/web", namespace="shop")),
        ("describe node worker-1", Describe("node/worker-1")),
        ("describe web", Describe("web")),
        ("kubectl logs web -c app -n shop", Logs("web", container="app", namespace="shop")),
        ("kubectl logs --previous web", Logs("web", previous=True)),
        ("logs web -p", Logs("web", previous=True)),
        ("logs web --no-previous", Logs("web", previous=False)),
        ("kubectl get events --sort-by='.lastTimestamp'", Events()),
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
        ("ls --sort-by x", "unknown option: --sort-by"),
        ("logs web -- ls", "takes no command after `--`"),
        ("logs web && ls", "no `&&`"),
        ("logs web > file", "no `>`"),
        ("logs web | jq .", "`--path .State.Pid` does it"),
        ("logs web -f --until 5m", "don't go together"),
        ("stats --for 1s", "3s to 10m"),
        ("get", "`get` needs a kind"),
        ("get ..", "no such kind: `..`"),
        ("get a_b", "no such kind: `a_b`"),
        ("get pods -o yaml", "`inspect` shows YAML"),
        ("events --types bad", "Choose `normal` or `warning`"),
        ("http web", "`http` needs a pod, a port and a path"),
        ("http web:80/ -X BREW", "no such method: `BREW`"),
        ("inspect web -o xml", "yaml and json"),
        ("stats --sort-by age", "Choose `cpu`, `memory` or `name`."),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exec web", "needs a command after `--`"),
        ("exec web -- ls | wc", "no shell reads this line"),
        ("exec web --env x -- ls", "takes `NAME=value`"),
        ("exec web --timeout 2h -- ls", "at most 10m"),
        ("logs web -- ls", "takes no command"),
        ("cat web", "needs a path"),
        ("cat web /a /b", "one target and one path"),
        ("cp /a /b", "one target and one path"),
        ("kill web --run 'x;y'", "needs `--run`"),
        ("kill web --run ab --signal NOPE", "no such signal"),
        ("approve", "needs a request's id"),
        ("can", "needs a verb"),
        (f"exec web --reason {'x' * 501} -- ls", "at most 500"),
    ],
)
def test_what_is_wrong_with_the_newer_verbs_is_one_line(text: str, said: str):
    with pytest.raises(UsageError) as error:
        GRAMMAR.parse(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), min_size=1, max_size=5))
def test_argv_is_a_list_that_comes_back_as_it_was(argv: list[str]):
    action = Exec("web", argv=tuple(argv))
    assert GRAMMAR.parse(typed(action)) == action


@pytest.mark.parametrize(
    ("words", "target", "path"),
    [
        (("web", "/app"), ("web",), "/app"),
        (("web:/app",), ("web",), "/app"),
        (("/app",), (), "/app"),
        (("./x",), (), "./x"),
        (("shop/web", "app"), ("shop/web",), "app"),
        (("web",), ("web",), ""),
        ((), (), ""),
    ],
)
def test_a_path_is_told_from_a_target(words: tuple[str, ...], target: tuple[str, ...], path: str):
    action = Ls(words)
    assert (action.targets, action.path) == (target, path)
    pointed = action.pointed_at("other")
    assert (pointed.targets, pointed.path) == (("other",), path)
