"""Somebody who may have a debug container in a pod, or who rules the cluster, and wants it to be another."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.backends.kubernetes import Kubernetes
from bot.core.errors import CdebugError, ForbiddenByCluster, NotRunning
from bot.core.ledger import MadeObject
from bot.core.plan import Plan
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.helpers import HelperQuery, HelpersPort
from bot.core.ports.making import MakingPort
from bot.core.takes import one
from bot.core.target import Container, TargetRef
from deploy.demo.cluster.kubectl import Administered
from tests.cluster.webhook import patching, webhook
from tests.cluster.world import applied
from tests.harness import Conversation, Json, asked

pytestmark = pytest.mark.usefixtures("cluster_toolbox")
IMAGE = "docker.io/library/cdebug-toolbox:latest"
POD = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop}}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {{runAsUser: 1000, runAsGroup: 1000}}
  containers: [{{name: app, image: "cdebug/busybox:1", command: [sleep, "86400"]}}]
"""


@pytest.fixture
async def prey(cluster: Administered, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A pod of this test's own."""
    name = re.sub(r"[^a-z0-9]+", "-", f"prey-{request.node.name.lower()}")[:40].strip("-")
    with applied(cluster, POD.format(name=name)):
        cluster.run_kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--namespace", "shop", "--timeout=60s")
        yield name


async def found(ann: Kubernetes, pod: str) -> Container:
    (thing,) = (await ann.find(TargetRef(pod, namespace="shop"), one("container"))).matches
    assert isinstance(thing, Container)
    return thing


async def planned(ann: Kubernetes, pod: str, seconds: int = 60) -> Plan:
    part = ann.port(HelpersPort)
    assert part
    return await part.plan_helper(
        await found(ann, pod), HelperQuery("docker.io/library/cdebug-toolbox:latest", seconds)
    )


def entry_of(plan: Plan) -> MadeObject:
    (thing,) = plan.creates
    place = ("cluster", "shop", "container", thing.full_name)
    return MadeObject("e1", "c1", *place, "T0", "U0ANN", "C0", "1.0", "debug", 2e9)


def maker(ann: Kubernetes) -> MakingPort:
    part = ann.port(MakingPort)
    assert part
    return part


def state(cluster: Administered, pod: str) -> list[Json]:
    """Of each debug container of a pod."""
    seen = yaml.safe_load(cluster.run_kubectl("get", "pod", pod, "--namespace", "shop", "-o", "yaml"))
    return [it["state"] for it in seen["status"].get("ephemeralContainerStatuses") or ()]


async def until_ended(cluster: Administered, pod: str, patience_s: float = 20) -> None:
    async with asyncio.timeout(patience_s):
        while not all("terminated" in it for it in state(cluster, pod)) or not state(cluster, pod):
            await asyncio.sleep(0.2)


def more_power(asked: Json) -> Json:
    """A patch that lets it trace the others."""
    last = len(asked["object"]["spec"]["ephemeralContainers"]) - 1
    path = f"/spec/ephemeralContainers/{last}/securityContext/capabilities/add"
    return patching({"op": "add", "path": path, "value": ["SYS_PTRACE"]})


async def test_a_webhook_that_adds_power_is_told_before_anybody_approves(
    ann: Kubernetes, cluster: Administered, prey: str, tmp_path: Path
):
    async with webhook(cluster, tmp_path, more_power):
        with pytest.raises(ForbiddenByCluster, match=r"on its way: securityContext.capabilities.add") as said:
            await planned(ann, prey)
    assert "admission webhook" in str(said.value)
    assert state(cluster, prey) == []


async def test_what_a_webhook_makes_stronger_after_the_approval_is_reported_and_ended(
    ann: Kubernetes, cluster: Administered, prey: str, tmp_path: Path
):
    def meddle(asked: Json) -> Json:
        return {} if asked.get("dryRun") else more_power(asked)

    async with webhook(cluster, tmp_path, meddle):
        plan = await planned(ann, prey)
        entry = entry_of(plan)
        with pytest.raises(ForbiddenByCluster, match=r"capabilities.add"):
            await maker(ann).make(plan.creates[0], entry)
        assert await maker(ann).unmake(entry)  # as the pipeline does after any failure
    await until_ended(cluster, prey)


async def test_a_webhook_that_refuses_is_told_in_its_own_words(
    ann: Kubernetes, cluster: Administered, prey: str, tmp_path: Path
):
    no = {"allowed": False, "status": {"message": "no strangers at the table", "code": 403}}
    async with webhook(cluster, tmp_path, lambda _: no):
        with pytest.raises(CdebugError, match="cannot debug") as said:
            await planned(ann, prey)
    assert "no strangers at the table" in str(said.value)


async def test_it_ends_with_all_that_runs_in_it_though_no_bot_lives(ann: Kubernetes, cluster: Administered, prey: str):
    plan = await planned(ann, prey, seconds=10)
    helper = await maker(ann).make(plan.creates[0], entry_of(plan))
    part = ann.port(ExecPort)
    assert part
    async with part.exec(helper, ExecQuery(("sh", "-c", "sleep 4242 >/dev/null 2>&1 &"))) as process:
        async for _ in process.output():
            pass

    await until_ended(cluster, prey, 40)

    said = cluster.run_kubectl("exec", prey, "--namespace", "shop", "--", "ps")
    assert "4242" not in said
    assert "sleep 86400" in said


async def test_one_whose_sleeper_was_stopped_is_ended_by_the_sweep(ann: Kubernetes, cluster: Administered, prey: str):
    """Whoever is in it can stop its clock; what is due is ended all the same, and found without the ledger."""
    plan = await planned(ann, prey, seconds=600)
    entry = entry_of(plan)
    helper = await maker(ann).make(plan.creates[0], entry)
    part = ann.port(ExecPort)
    assert part
    script = "pkill -STOP -f '^sleep 600'; sleep 4242 >/dev/null 2>&1 &"
    async with part.exec(helper, ExecQuery(("sh", "-c", script))) as process:
        async for _ in process.output():
            pass
    async with asyncio.timeout(10):
        while entry.id not in [it.id for _, it in await maker(ann).made()]:
            await asyncio.sleep(0.1)

    assert await maker(ann).unmake(entry)

    await until_ended(cluster, prey)
    assert entry.id not in [it.id for _, it in await maker(ann).made()]
    assert "sleep 86400" in cluster.run_kubectl("exec", prey, "--namespace", "shop", "--", "ps")


async def test_another_entry_than_its_own_ends_nothing(ann: Kubernetes, cluster: Administered, prey: str):
    plan = await planned(ann, prey)
    entry = entry_of(plan)
    await maker(ann).make(plan.creates[0], entry)
    assert not await maker(ann).unmake(replace(entry, id="e2"))
    assert not await maker(ann).unmake(replace(entry, name=f"{prey}:app"))
    async with asyncio.timeout(10):
        while "running" not in state(cluster, prey)[0]:  # the kubelet says so a moment late
            await asyncio.sleep(0.2)


async def test_what_has_its_name_and_another_power_is_not_used(ann: Kubernetes, cluster: Administered, prey: str):
    (helper,) = (await planned(ann, prey)).creates
    stronger = {**helper.spec, "securityContext": {"runAsUser": 0}, "name": helper.name}
    patch = json.dumps({"spec": {"ephemeralContainers": [stronger]}})
    cluster.run_kubectl(
        "patch", "pod", prey, "--namespace", "shop", "--subresource", "ephemeralcontainers", "-p", patch
    )
    async with asyncio.timeout(20):
        while not any("running" in it for it in state(cluster, prey)):
            await asyncio.sleep(0.2)
    with pytest.raises(NotRunning, match="something else has its name"):
        await maker(ann).standing(helper)


@pytest.mark.parametrize(
    "command", ["exec {} -c {} -- id", "sh {} -c {}", "cat {} -c {} /proc/1/environ", "debug {} -c {}"]
)
async def test_nobody_enters_a_debug_container_past_the_approval_of_debug(
    shop_channel: Conversation, cluster: Administered, command: str
):
    pod = "pair"
    if not (made := made_in(cluster, pod)):
        root, card = await asked(shop_channel, f"debug {pod} --profile general -- true")
        await shop_channel.as_("U0BOB").press(card, "Approve")
        await shop_channel.ended(root, "done", patience_s=60)
        made = made_in(cluster, pod)

    root, _ = await shop_channel.run(command.format(pod, made[0]), ends="denied")

    assert "nobody enters by itself" in root["text"]


def made_in(cluster: Administered, pod: str) -> list[str]:
    seen = yaml.safe_load(cluster.run_kubectl("get", "pod", pod, "--namespace", "shop", "-o", "yaml"))
    return [it["name"] for it in seen["spec"].get("ephemeralContainers") or () if it["name"].startswith("cdebug-")]
