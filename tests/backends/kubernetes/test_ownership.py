"""A workload's pods are those that it made, whatever else its selector matches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from bot.backends.kubernetes import ClusterAt, Kubernetes, connect
from bot.backends.kubernetes.kinds import is_made_by
from bot.core.bench import Bench
from bot.core.facts.pods import WorkloadFacts
from bot.core.ports.facts import ObjectsPort
from bot.core.takes import many, one
from bot.core.target import Container, Resource, TargetRef, things_of
from deploy.demo.cluster.kubectl import Administered
from tests.harness import BASE

LABELS = {"app": "zeta"}


def owned(kind: str, name: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}], "labels": labels or {}}


@pytest.mark.parametrize(
    ("metadata", "kind", "name", "made"),
    [
        (owned("StatefulSet", "zeta"), "statefulset", "zeta", True),
        (owned("ReplicaSet", "zeta-7d9f", {"pod-template-hash": "7d9f"}), "deployment", "zeta", True),
        (owned("ReplicaSet", "zeta-7d9f", {"pod-template-hash": "7d9f"}), "replicaset", "zeta-7d9f", True),
        (owned("ReplicaSet", "zeta-7d9f"), "deployment", "zeta", False),
        (owned("ReplicaSet", "zeta-x-7d9f", {"pod-template-hash": "7d9f"}), "deployment", "zeta", False),
        (owned("Job", "zeta"), "deployment", "zeta", False),
        ({"labels": LABELS}, "deployment", "zeta", False),
        ({"labels": LABELS}, "service", "zeta", True),
    ],
)
def test_a_pod_is_its_controllers(metadata: dict[str, Any], kind: str, name: str, made: bool):
    assert is_made_by(metadata, kind, name) is made


@pytest.fixture(scope="module")
def both(cluster: Administered) -> Iterator[Administered]:
    """A deployment, and a job whose pod carries the deployment's label."""
    container = {"name": "app", "image": BASE, "command": ["sleep", "600"]}
    spec = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    template = {"metadata": {"labels": LABELS}, "spec": spec}
    deployment = {"replicas": 1, "selector": {"matchLabels": LABELS}, "template": template}
    job = {"template": {**template, "spec": {**spec, "restartPolicy": "Never"}}}
    things = [
        {"apiVersion": api, "kind": kind, "metadata": {"name": "zeta", "namespace": "default"}, "spec": known}
        for api, kind, known in (("apps/v1", "Deployment", deployment), ("batch/v1", "Job", job))
    ]
    try:
        cluster.run_kubectl("apply", "-f", "-", text=yaml.safe_dump_all(things))
        ready = ("wait", "--for=condition=Ready", "pod", "-l", "app=zeta", "-n", "default", "--timeout=60s")
        cluster.run_kubectl("rollout", "status", "deployment/zeta", "-n", "default", "--timeout=60s")
        cluster.run_kubectl(*ready)
        yield cluster
    finally:
        cluster.run_kubectl("delete", "deployment,job", "zeta", "-n", "default", "--wait=false")


@pytest.fixture
async def engine(both: Administered) -> AsyncIterator[Kubernetes]:
    made = connect("here", ClusterAt(str(both.kubeconfig)), namespace="default", impersonate=False)
    yield made
    await made.close()


ZETA = TargetRef("zeta", kind="deployment")


async def test_a_deployment_means_no_jobs_pod(engine: Kubernetes):
    merged = (await engine.find(ZETA, one("container", merged=True))).matches
    assert [thing.owner for match in merged for thing in things_of(match) if isinstance(thing, Container)] == [
        "deployment/zeta"
    ]
    (single,) = (await engine.find(TargetRef("zeta"), one("container"))).matches
    assert isinstance(single, Container)
    assert single.owner == "deployment/zeta"
    (listed,) = (await engine.find(ZETA, many("container", listed=True))).matches
    assert [thing.owner for thing in things_of(listed) if isinstance(thing, Resource)] == ["deployment/zeta"]


async def test_a_deployment_is_described_with_its_own_pods(engine: Kubernetes):
    (found,) = (await engine.find(ZETA, one("object"))).matches
    assert isinstance(found, Resource)
    facts = await Bench(engine, datetime.now(UTC)).port(ObjectsPort).object_facts(found)
    assert isinstance(facts, WorkloadFacts)
    assert isinstance(facts.pods, tuple)
    (pod,) = facts.pods
    assert pod.owners[0].startswith("replicaset/zeta-")
