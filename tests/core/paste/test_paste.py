"""A pasted line does what it says, or is refused with what to type instead: it is never silently another command."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import catalog
from bot.core.errors import UsageError
from bot.core.grammar import Grammar
from bot.core.manual import typed
from bot.core.paste import TOOLS, page
from bot.core.paste.reading import PastedCommand, PastedTool
from tests.core.paste.flags import rows

GRAMMAR = Grammar(catalog())
# a target for each command, where it needs one, and what a flag is given that takes something else than any word
OPERANDS = {
    "docker inspect": "web", "docker container inspect": "web", "docker image inspect": "web",
    "docker network inspect": "shop", "docker exec": "web true", "docker cp": "web:/x .", "docker port": "web",
    "kubectl get": "deploy", "kubectl exec": "web -- true", "kubectl cp": "web:/x x", "kubectl describe": "pod/web",
    "kubectl scale": "deploy/web --replicas 3", "kubectl set image": "deploy/web web=web:2",
    "kubectl set env": "deploy/web A=b", "kubectl set resources": "deploy/web --limits cpu=1",
}  # fmt: skip
VALUES = {
    "--tail": "5", "--since": "5m", "--until": "5m", "--since-time": "2026-01-01T00:00:00Z", "--types": "Warning",
    "--output": "wide", "--for": "pod/web", "--sort-by": "cpu", "--filter": "label=a=b", "--type": "image",
    "--format": "{{.State}}", "--env": "A=b",
}  # fmt: skip


def table_of(command: str) -> tuple[PastedTool, PastedCommand | None]:
    tool, _, name = command.partition(" ")
    known = TOOLS[tool].commands.get(name) if name else None
    assert known is None or isinstance(known, PastedCommand)
    return TOOLS[tool], known


def line_with(command: str, flag: str) -> str:
    """The command with one flag, where its tool takes it."""
    names = [word for word in flag.split() if word.startswith("-")]
    value = f" {VALUES.get(names[-1], 'x')}" if flag.endswith("VALUE") else ""
    tool, _, name = command.partition(" ")
    if not name:
        return f"{tool} {names[-1]}{value} logs web"
    return f"{tool} {name} {names[0]}{value} {OPERANDS.get(command, 'web')}"


@pytest.mark.parametrize("row", rows())
def test_each_flag_of_the_tools_is_taken_or_refused_with_what_to_type(row: str):
    command, _, flag = row.partition(" | ")
    tool, known = table_of(command)
    flags = known.flags if known else {**tool.before, **tool.everywhere}
    names = [word for word in flag.split() if word.startswith("-")]
    (ours,) = (text for text in flags if [word for word in text.split() if word.startswith("-")] == names)
    assert len(ours.split()) == len(flag.split()), "it takes a value, or takes none"

    try:
        GRAMMAR.parse(line_with(command, flag))
    except UsageError as error:
        assert "`" in (error.hint or ""), f"{error}: what is to be typed instead?"


@pytest.mark.parametrize("command", sorted({row.partition(" | ")[0] for row in rows()}))
def test_no_flag_is_known_that_its_tool_has_not(command: str):
    tool, known = table_of(command)
    flags = known.flags if known else {**tool.before, **tool.everywhere}
    said = {
        flag.removesuffix(" VALUE") for name, _, flag in (row.partition(" | ") for row in rows()) if name == command
    }
    assert {" ".join(word for word in text.split() if word.startswith("-")) for text in flags} == said


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("kubectl -n shop get pods", "ps --namespace shop"),
        ("kubectl get po web-1", "ps web-1"),
        ("kubectl get deploy web -o yaml", "inspect deploy/web --output yaml"),
        ("kubectl get pod/web -ojson", "inspect pod/web --output json"),
        ("kubectl get pod web -o jsonpath='{.status.phase}'", "inspect pod/web --path .status.phase"),
        ("kubectl get pods -o name --no-headers", "ps"),
        ("kubectl get events --field-selector involvedObject.name=web-1", "events web-1"),
        ("kubectl get events --field-selector type=Warning", "events --types warning"),
        ("kubectl get events --field-selector=type!=Normal,involvedObject.name==web", "events web --types warning"),
        ("kubectl get events --field-selector involvedObject.kind=Pod,involvedObject.name=a", "events pod/a"),
        ("kubectl get events --sort-by=.metadata.creationTimestamp", "events"),
        ("kubectl events --for pod/web --types=Warning", "events pod/web --types warning"),
        ("kubectl describe pods -l app=web", "describe --selector app=web"),
        ("kubectl logs web app", "logs web --container app"),
        ("kubectl logs deploy/web --all-pods --prefix --tail=-1", "logs deploy/web --tail all"),
        ("kubectl logs web --previous=false --since=0s", "logs web --no-previous"),
        ("kubectl logs web --since-time=2026-01-01T00:00:00Z", "logs web --since 2026-01-01T00:00:00Z"),
        ("kubectl top node worker-1", "stats worker-1 --nodes"),
        ("kubectl auth whoami", "whoami"),
        (
            "kubectl debug web -it --image=busybox --share-processes -- sh",
            "debug web --image busybox --share-processes",
        ),
        ("kubectl scale --replicas=3 deployment/web", "scale deployment/web --replicas 3"),
        ("kubectl set image deployment/my-app app=my-app:debug", "set image deployment/my-app app=my-app:debug"),
        ("kubectl set image deployment my-app app=x:1", "set image deployment my-app app=x:1"),
        ("kubectl set env deploy/web A=b C- -c app", "set env deploy/web A=b C- --container app"),
        ("kubectl set env deploy/web -e A=b", "set env deploy/web A=b"),
        ("kubectl set resources deploy web --limits=cpu=1", "set resources deploy/web --limits cpu=1"),
        ("kubectl rollout undo deployment/my-app", "rollout undo deployment/my-app"),
        ("kubectl rollout undo deploy my-app --to-revision=2", "rollout undo deploy/my-app --to-revision 2"),
        ("kubectl rollout status deploy/web -w --timeout=30s", "rollout status deploy/web --timeout 30s"),
        ("kubectl rollout history deploy/web --revision=2", "rollout history deploy/web --revision 2"),
        ("kubectl -n shop rollout restart deploy/web", "rollout restart deploy/web --namespace shop"),
        ("docker ps --filter label=app=web -q", "ps --selector app=web --output wide"),
        ("docker top web -o pid,cmd", "processes web"),
        ("docker port web 80/tcp", "network web"),
        ("docker image inspect shop/web:1.4", "inspect image/shop/web:1.4"),
        ("docker inspect --type image web", "inspect image/web"),
        ("docker events --filter container=web --since 2h", "events web --since 2h"),
        ("docker exec -e A=b web env", "exec web --env A=b -- env"),
        ("docker compose -p shop logs -f --tail=20 web", "logs web --namespace shop --tail 20 --follow"),
        ("docker compose exec web sh", "sh web"),
        ("docker-compose exec -T web ls -la", "exec web -- ls -la"),
        ("docker logs --help", "help logs"),
        ("docker logs \\\n  --tail 5 \\\n  web", "logs web --tail 5"),
    ],
)
def test_a_pasted_line_is_the_verb_that_it_names(pasted: str, meant: str):
    assert typed(GRAMMAR.parse(pasted)) == meant


@pytest.mark.parametrize(
    ("pasted", "hint"),
    [
        ("docker cp ./x web:/tmp", "code block"),
        ("kubectl cp ./x web:/tmp/x", "code block"),
        ("docker network ls", "`network NAME`"),
        ("docker volume ls", "`describe NAME`"),
        ("docker stop web", "doesn't start, stop or remove"),
        ("docker save web", "doesn't build or move images"),
        ("docker kill web", "`kill NAME PID`"),
        ("docker diff a b", "`diff a` and `diff b`"),
        ("docker ps -f status=exited", "`ps -a --sort-by state`"),
        ("docker inspect -f '{{range .Mounts}}{{.Source}}{{end}}' web", "--path .State.Pid"),
        ("kubectl diff -f x.yaml", "`describe KIND/NAME`"),
        ("kubectl delete pod web", "by `scale`, `set` and `rollout`"),
        ("kubectl exec web ls /", "`exec web -- ls /`"),
        ("kubectl describe pod a b", "`describe pod/a` and `describe pod/b`"),
        ("kubectl describe nodes", "`get nodes`"),
        ("kubectl get pods -o yaml", "`inspect KIND/NAME -o yaml`"),
        ("kubectl get pods -w", "Again"),
        ("kubectl port-forward svc/web 8080:80", "`http svc/web:80/`"),
        ("kubectl scale --all deploy --replicas=0", "approved for one object"),
        ("kubectl scale deploy/web --current-replicas=2 --replicas=3", "must be so still"),
        ("kubectl set image deploy/a deploy/b a=x:1", "a command for each"),
        ("kubectl set env deploy/web --list", "`describe KIND/NAME`"),
        ("kubectl set env deploy/web A=b --overwrite=false", "The card shows"),
        ("kubectl auth can-i create pods", "`can VERB TARGET`"),
        ("kubectl --context kind logs web", "`kind/NAME`"),
        ("kubectl logs web --tail", "leave the flag out"),
        ("kubectl --as false get pods", "`whoami`"),
        ("docker compose -f other.yml logs web", "`-n PROJECT`"),
        ("kubectl logs web --tial 5", "`help`"),
    ],
)
def test_what_has_no_form_here_is_refused_with_what_to_type(pasted: str, hint: str):
    with pytest.raises(UsageError) as error:
        GRAMMAR.parse(pasted)
    assert hint in str(error.value)


def test_what_a_flag_was_given_is_not_said_again_where_it_is_a_key():
    with pytest.raises(UsageError) as error:
        GRAMMAR.parse("kubectl get pods --token=abc123")
    assert "abc123" not in str(error.value)


_WORDS = (
    "get logs exec ps cp inspect web pod -n -f -- - --tail --tail=5 -it -o yaml web:/x = --= -= --since=0s events ''"
)
WORDS = st.sampled_from([*_WORDS.split(), "compose", "top", "node"])


@given(st.sampled_from(["docker", "kubectl"]), st.lists(WORDS, max_size=8))
def test_any_line_is_a_command_or_one_line_of_what_to_type(tool: str, words: list[str]):
    with contextlib.suppress(UsageError):
        GRAMMAR.parse(" ".join([tool, *words]))


def test_the_page_names_every_command():
    text = page()
    for tool in ("docker", "kubectl"):
        for name in TOOLS[tool].commands:
            assert f"`{name}`" in text or f"`{tool} {name}`" in text or name == "compose"
