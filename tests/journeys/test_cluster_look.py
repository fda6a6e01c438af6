"""The look layer on a real cluster: Pattern 2 and the quick reference, typed as people type them."""

from __future__ import annotations

import asyncio
import re

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import measured, pods
from tests.harness import Conversation, Json, body, wait_until


async def said(channel: Conversation, command: str, ends: str | tuple[str, ...] = "done") -> tuple[Json, str]:
    """Run it; its root, and all that its thread says."""
    root, _ = await channel.run(command, ends)
    await channel.until(lambda all_: [m for m in all_ if m["thread_ts"] == root["ts"]], "an answer")
    return root, "\n".join(each["text"] for each in await channel.thread(root))


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        (
            "kubectl get pods -n shop",
            ["READY +STATUS +RESTARTS +AGE", "CrashLoopBackOff|Error", "Pending"],
        ),
        ("ps web", ["web-", "1/1"]),
        ("ps -l app=cart", ["cart-", "0/1"]),
        ("get pods -A -o wide", ["NAMESPACE", "NODE", "vault", "10\\.244\\."]),
        ("get pods --sort-by restarts", ["checkout-"]),
        ("get deployments", ["UP-TO-DATE", "web +2/2"]),
        ("get pods --show-labels", ["LABELS", "web-.*app=web"]),
        ("kubectl get pods --show-labels -A", ["NAMESPACE", "LABELS"]),
        ("get pods --field-selector status.phase=Pending", ["^1?[0-9] rows?|Pending"]),
        ("kubectl get pod pair --field-selector=status.phase=Running", ["pair"]),
        ("ps web --field-selector metadata.namespace=shop", ["web-"]),
        ("get rs,sts,ds", ["DESIRED", "queue", "NODE SELECTOR"]),
        ("get jobs,cronjobs", ["COMPLETIONS", "migrate", "0 3 \\* \\* \\*"]),
        ("kubectl get svc,endpoints", ["payments", "CLUSTER-IP", "10\\.244\\.0\\.\\d+:8080"]),
        ("get endpointslices", ["ADDRESSTYPE"]),
        ("get ing,netpol,pvc,cm", ["shop.example", "web-from-front", "uploads +Pending", "web-settings"]),
        ("kubectl get nodes", ["Ready", "v1\\.3"]),
        ("get ns", ["shop +Active", "vault"]),
        ("get deploy/web -o wide", ["CONTAINERS", "cdebug/busybox:1"]),
        (
            "get all",
            [r"NAME +STATE +AGE", r"pod/checkout-\S+ +\S.*, ready 0/1, ", "deployment/web +ready 2/2, up-to-date"],
        ),
        ("get all --show-labels", [r"NAME +STATE +AGE +LABELS", r"service/web +type ClusterIP, "]),
        ("get pods -A --sort-by .spec.containers[0].name", ["NAMESPACE", "vault"]),
        ("images", [r"cdebug/busybox:1 +node-1 +[\d.]+ MiB", "fifty largest"]),
        ("images cdebug/busybox", ["cdebug/busybox:1"]),
        ("images --catalogue", [r"netshoot +networks +no +190 MB to pull +nicolaka/netshoot:v0.13"]),
        ("describe pod web", ["Which one|match"]),
        (
            "describe deploy web",
            ["selector: app=web", "probe: http GET :8080/health", "memory=64Mi"],
        ),
        ("describe checkout", ["exit status 3", r"\d restarts?", "\\*Events\\*"]),
        ("describe pod report", ["OOMKilled", "exit status 137: OOM killed", "memory=32Mi"]),
        ("describe search", ["Pending: .*Insufficient cpu"]),
        ("describe catalog", ["ImagePullBackOff|ErrImagePull"]),
        ("describe cart", ["not ready", "probe"]),
        ("describe svc payments", ["selects: app=paymnets"]),
        ("describe ep payments", ["none: no pod"]),
        ("describe node node-1", ["kubelet: v1", "allocatable", "Ready: True"]),
        ("describe job migrate", ["completions: 1 of 1"]),
        ("describe cronjob nightly", ["schedule: 0 3"]),
        ("describe ing shop", ["shop.example/: service/web:80"]),
        ("describe netpol web-from-front", ["lets in: pods with tier=front on 8080/TCP"]),
        ("describe svc web", ["selects: app=web", r"ready: web-\S+ \d+\.\d+\.\d+\.\d+:8080"]),
        ("describe svc cart", ["not ready: cart-"]),
        ("describe pvc uploads", ["asked for: 1Gi"]),
        ("describe cm web-settings", ["mode: 7 B"]),
        ("describe ns shop", ["phase: Active"]),
        ("inspect deploy/web --path .spec.replicas", ["^2$"]),
        ("inspect pair", ["kind: Pod", "name: prepare"]),
        ("inspect svc/web -o json", ['"kind": "Service"']),
        ("logs pair", ["from app", "On container `app`. There is also `proxy`"]),
        ("kubectl logs pair -c proxy -n shop", ["from proxy"]),
        ("logs pair -c prepare", ["prepared"]),
        ("logs pair --all-containers --tail 1", ["pair:app │ from app", "pair:prepare │ prepared", "pair:proxy │"]),
        ("logs checkout --no-previous", ["FATAL"]),
        ("logs migrate", ["migrated"]),
        ("events checkout", ["deployment/checkout", "BackOff", "pod/checkout-"]),
        ("kubectl get events -n shop --sort-by=.lastTimestamp", ["TIME", "pod/"]),
        ("events --types warning --sort-by count", ["Warning"]),
        ("network web", ["Service web", "ready: web-", "lets in: pods with tier=front"]),
        ("network cart", ["ready: no: services send it nothing", "not ready: cart-"]),
    ],
)
async def test_what_it_answers(shop_channel: Conversation, command: str, shows: list[str]):
    _, text = await said(shop_channel, command)
    for pattern in shows:
        assert re.search(pattern, text, re.MULTILINE), f"{pattern!r} is not in\n{text}"


async def test_the_total_of_several_tables_is_of_all_of_them(shop_channel: Conversation):
    root, _ = await shop_channel.run("get svc,ing")
    assert re.search(r"· \d+ rows in 2 tables", root["text"])


async def test_what_crashed_is_read_from_before_and_now(shop_channel: Conversation):
    """The kubelet throws a run's log away once two newer ones have ended: then the next crash is waited for."""
    for command in ("kubectl logs --previous checkout", "logs checkout"):
        for _ in range(30):
            _, text = await said(shop_channel, command, ("done", "failed"))
            if "FATAL: no database" in text:
                break
            await asyncio.sleep(1)
        assert "FATAL: no database" in text


async def test_a_run_that_crashed_is_not_shown_twice_while_the_next_one_is_waited_for(shop_channel: Conversation):
    for _ in range(30):
        _, text = await said(shop_channel, "logs checkout", ("done", "failed"))
        if "It is waiting to be restarted (CrashLoopBackOff): this is its last run." in text:
            break
        await asyncio.sleep(0.5)
    assert "this is its last run" in text
    assert text.count("starting checkout") == 1
    assert "──── " not in text


async def test_nobody_sees_who_manages_which_field_or_a_secret_setting(shop_channel: Conversation):
    _, text = await said(shop_channel, "inspect deploy/web")
    assert "managedFields" not in text
    assert "last-applied" not in text
    assert "hunter2" not in text
    assert "careful" not in text


async def test_all_pods_of_a_workload_are_read_in_the_order_of_time(shop_channel: Conversation, cluster: Administered):
    root, thread = await shop_channel.run("logs deploy/web --tail 10 --timestamps")
    lines = body(next(each for each in thread if "```" in each["text"]))
    names = {line.partition(" │ ")[0] for line in lines}
    times = [line.partition(" │ ")[2].partition(" ")[0] for line in lines]
    assert names == {pod["metadata"]["name"] for pod in pods(cluster, "web")}
    assert times == sorted(times)
    assert f"{len(lines)} lines" in root["text"]


@pytest.mark.parametrize(
    ("command", "order"),
    [
        ("get deploy web checkout --sort-by .spec.replicas", ["checkout", "web"]),
        ("kubectl get deploy web checkout -n shop --sort-by='{.spec.replicas}'", ["checkout", "web"]),
        ("get deploy web checkout --sort-by .metadata.labels.app", ["checkout", "web"]),
        ("get deploy web checkout --sort-by spec.replicas", ["checkout", "web"]),
        ("ps --sort-by .spec.containers[1].name", ["plain", "pair"]),  # as kubectl: those without it first
    ],
)
async def test_a_list_is_sorted_by_any_place_in_its_objects(shop_channel: Conversation, command: str, order: list[str]):
    _, thread = await shop_channel.run(command)
    rows = [row.split()[0] for row in body(thread[0])[1:]]
    assert [row for row in rows if row in order] == order


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("get deploy --sort-by .spec.nothing", "can't sort by `.spec.nothing`.*or a path that is there"),
        ("get deploy --sort-by nothing", "can't sort by `nothing`.*Choose one of name, ready"),
    ],
)
async def test_what_a_list_cant_be_sorted_by_is_said(shop_channel: Conversation, command: str, line: str):
    _, text = await said(shop_channel, command, "failed")
    assert re.search(line, text), text


async def test_a_selector_reads_all_that_it_selects(shop_channel: Conversation):
    _, text = await said(shop_channel, "logs -l app=web --tail 2")
    assert len(set(re.findall(r"^(web-\S+) │ GET", text, re.MULTILINE))) == 2


async def test_what_is_measured_is_shown_beside_what_was_asked_for(shop_channel: Conversation, cluster: Administered):
    wait_until(lambda: measured(cluster), "the first measure", 90)
    _, text = await said(shop_channel, "kubectl top pods --sort-by=memory")
    assert "OF REQUEST" in text
    assert re.search(r"web-\S+ +\d+m +\d+%", text)
    _, text = await said(shop_channel, "top pod pair --containers")
    assert {"app", "proxy"} <= set(text.split())
    for command in ("top node", "kubectl top node node-1"):
        _, text = await said(shop_channel, command)
        assert re.search(r"node-1 +\d+m +\d+% +\S+ [MG]iB +\d+%", text)


async def test_a_while_of_it_is_a_chart(shop_channel: Conversation, cluster: Administered):
    wait_until(lambda: measured(cluster), "the first measure", 90)
    _, thread = await shop_channel.run("stats web --for 6s", patience_s=40)
    assert any(each["files"] for each in thread), [each["text"] for each in thread]


async def test_a_follow_of_a_workload_goes_on_until_it_is_stopped(shop_channel: Conversation):
    await shop_channel.type("/cdebug logs web -f --tail 1")
    root = await shop_channel.until(
        lambda all_: next((m for m in all_ if not m["thread_ts"] and m["text"].startswith("running")), None), "the root"
    )
    await shop_channel.until(
        lambda all_: any(m["thread_ts"] == root["ts"] and m["text"].count("GET /cart") > 4 for m in all_), "lines"
    )
    await shop_channel.press(root, "Stop")
    await shop_channel.ended(root, "stopped")
