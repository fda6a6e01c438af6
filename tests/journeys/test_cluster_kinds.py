"""Any kind that the cluster serves: its own ones too, by discovery, told apart where two groups share a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import Conversation, wait_until
from tests.journeys.test_cluster_look import said

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.{group}}}
spec:
  group: {group}
  scope: {scope}
  names: {{plural: {plural}, singular: {singular}, kind: {kind}, shortNames: [{short}]}}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{{name: Address, type: string, jsonPath: .spec.address}}]
      schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
---
"""
CRDS = "".join(
    CRD.format(
        plural=plural, group=group, scope=scope, singular=plural[:-1], kind=plural[:-1].capitalize(), short=short
    )
    for plural, group, scope, short in (
        ("gateways", "example.com", "Namespaced", "gw"),
        ("gateways", "other.example", "Namespaced", "gtw"),
        ("events", "stage.example", "Namespaced", "evt"),
        ("widgets", "example.com", "Cluster", "wd"),
    )
)
OBJECTS = """
apiVersion: example.com/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {address: 10.1.2.3, listeners: [{port: 80}], apiKey: 0a1b2c3d4e5f60718293, tls: {mode: strict}}
status: {phase: Ready, conditions: [{type: Programmed, status: "False", reason: NoRoute, message: no route}]}
---
apiVersion: stage.example/v1
kind: Event
metadata: {name: concert, namespace: shop}
spec: {address: the big hall}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: gear}
spec: {address: everywhere}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 3}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /nowhere}
  storageClassName: of-no-claim  # else the shop's claim, which has to stay Pending, is bound to it
---
apiVersion: v1
kind: Namespace
metadata: {name: bounded}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team, namespace: bounded}
spec: {hard: {pods: "4", requests.memory: 1Gi}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: usual, namespace: bounded}
spec: {limits: [{type: Container, default: {memory: 64Mi}, defaultRequest: {memory: 32Mi}, max: {memory: 1Gi}}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: minutely, namespace: bounded}
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers: [{name: app, image: "cdebug/busybox:1", command: [sh, -c, "echo no such table; exit 3"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reads-everything}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reads-everything}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reads-everything}
subjects: [{kind: User, name: ann@example.com}]
"""


@pytest.fixture(scope="module", autouse=True)
def kinds(cluster: Administered) -> Iterator[None]:
    """The cluster's own kinds, and somebody who may read all."""
    with applied(cluster, CRDS):
        for name in ("gateways.example.com", "gateways.other.example", "events.stage.example"):
            cluster.run_kubectl("wait", "--for=condition=Established", f"crd/{name}", "--timeout=30s")
        wait_until(lambda: "gateways" in cluster.run_kubectl("api-resources", "--api-group=other.example"), "the kinds")
        with applied(cluster, OBJECTS):
            cluster.run_kubectl("create", "job", "--from=cronjob/minutely", "by-hand", "--namespace", "bounded")
            wait_until(lambda: "BackoffLimitExceeded" in _jobs(cluster), "the job's end")
            yield


def _jobs(cluster: Administered) -> str:
    return cluster.run_kubectl("get", "jobs", "--namespace", "bounded", "-o", "yaml")


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("get hpa,pdb", ["Deployment/web", "MIN AVAILABLE"]),
        ("get pv", ["disk", "1Gi"]),
        ("get sa", ["default"]),
        ("get crd", [r"gateways\.example\.com", r"widgets\.example\.com"]),
        ("kubectl get clusterroles", ["reads-everything"]),
        ("get gateways.example.com", ["NAME +ADDRESS", r"front +10\.1\.2\.3"]),
        (
            "describe ns bounded",
            [r"pods: \d of 4", r"requests.memory: \S+ of 1Gi", r"memory of a container: .*limit if it sets none 64Mi"],
        ),
        ("describe ns shop", ["phase: Active"]),
        (
            "describe bounded/cronjob/minutely",
            [r"by-hand: 0 of 1 done, 1 failed, began: \d+s ago", r"pod by-hand-\S+: app terminated .*exit status 3"],
        ),
        (
            "describe node node-1",
            [r"cpu requests: \S+ of \d+", r"memory requests: .* of .*B \(\d+%\)", r"pods: \d+ of 110"],
        ),
        ("describe node node-1", [r"shop/web-\S+: cpu \S+, memory \S+ MiB; Running", "vault/ledger"]),
        ("get gw", [r"front +10\.1\.2\.3"]),
        ("get gateway.example.com/front", ["front"]),
        ("get gateways.v1.example.com -A", ["NAMESPACE", "shop +front"]),
        ("get events.stage.example", ["concert +the big hall"]),
        ("get widgets", ["gear +everywhere"]),
        ("get deployments.apps", ["UP-TO-DATE", "web"]),
        ("logs deployment.apps/web --tail 1", ["GET /cart"]),
        (
            "describe gateways.example.com/front",
            ["gateways.example.com/front", "spec.address: 10.1.2.3", "Programmed: False", "listeners: 1 item", "Ready"],
        ),
        ("describe widgets.example.com/gear", ["spec.address: everywhere"]),
        ("describe hpa web", ["spec.maxReplicas: 3", "spec.scaleTargetRef.name: web"]),
        ("inspect gateways.example.com/front", ["address: 10.1.2.3"]),
        ("events hpa/web", ["FailedGetResourceMetric|No events|SuccessfulRescale"]),
    ],
)
async def test_what_it_shows(shop_channel: Conversation, command: str, shows: list[str]):
    _, text = await said(shop_channel, command)
    for each in shows:
        assert re.search(each, text), f"{each!r} is not in\n{text}"
    assert "0a1b2c3d4e5f60718293" not in text


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("get gateways", "several groups have `gateways`. Write `gateways.example.com` or `gateways.other.example`"),
        ("get gizmos", "no such kind: `gizmos`"),
        ("get deploymnets", "no such kind: `deploymnets`. Did you mean `deployments`?"),
        ("get gateways.exmple.com", "Did you mean `gateways.example.com`?"),
        ("describe gateways.example.com/frnt", "nothing is called `frnt`"),
        ("get secrets.", "cdebug never reads secrets"),
        ("get events.events.k8s.io", "there is a verb for `events.events.k8s.io`. `events` shows them."),
        ("get events.v1", "there is a verb for"),
        ("get pods.metrics.k8s.io", "`stats` shows them|no such kind"),
        ("inspect csinodes.storage.k8s.io/x", "there is a verb for"),
        ("logs deployment.apps/nowhere", "nothing is called `nowhere`"),
        ("get secrets.v1", "no such kind|never reads secrets"),
        ("inspect secrets./default", "cdebug never reads secrets"),
    ],
)
async def test_what_is_not_served_is_one_line(shop_channel: Conversation, command: str, line: str):
    _, text = await said(shop_channel, command, "failed")
    assert re.search(line, text), f"{line!r} is not\n{text}"


async def test_what_has_no_containers_is_told_before_anything_is_asked(shop_channel: Conversation):
    await shop_channel.type("/cdebug logs gateways.example.com/front")
    assert "`logs` takes a pod or what makes pods, not" in (await shop_channel.whispered("gateways"))["text"]
