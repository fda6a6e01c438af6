"""What stands behind a service's port, and what doesn't."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.cluster.world import applied
from tests.harness import Conversation
from tests.journeys.test_cluster_look import said

OBJECTS = """
apiVersion: v1
kind: Pod
metadata: {name: ported, namespace: shop, labels: {app: ported}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: "cdebug/busybox:1"
      command: [sh, -c, "mkdir /www; echo here > /www/x; httpd -f -p 8085 -h /www"]
      ports: [{name: front, containerPort: 8085}]
---
apiVersion: v1
kind: Service
metadata: {name: ported, namespace: shop}
spec:
  selector: {app: ported}
  ports:
    - {name: http, port: 80, targetPort: front}
    - {name: plain, port: 81, targetPort: 8085}
    - {name: wrong, port: 82, targetPort: nope}
---
apiVersion: v1
kind: Service
metadata: {name: misled, namespace: shop}
spec: {selector: {app: ported}, ports: [{port: 80, targetPort: nope}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: lost, namespace: shop}
spec:
  rules:
    - host: lost.example
      http:
        paths:
          - {path: /here, pathType: Prefix, backend: {service: {name: ported, port: {number: 80}}}}
          - {path: /gone, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}
"""


@pytest.fixture(scope="module", autouse=True)
def services(cluster: Administered) -> Iterator[None]:
    with applied(cluster, OBJECTS):
        cluster.run_kubectl("wait", "--for=condition=Ready", "pod/ported", "--namespace", "shop", "--timeout=60s")
        yield


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("http svc/ported:80/x", ["`80` is port 8085 of `ported`", "^here$"]),
        ("http svc/ported:http/x", ["`http` is port 8085 of `ported`", "^here$"]),
        ("http svc/ported:81/x", ["^here$"]),
        ("http cluster/shop/svc/ported:plain/x", ["^here$"]),
        ("http ported:front/x", ["`front` is port 8085", "^here$"]),
        ("http ported:8085/x", ["^here$"]),
        ("describe svc misled", ["ported .*, on no port: the pod has none of that name"]),
        (
            "describe svc ported",
            ["wrong: 82 → nope/TCP: nowhere, no pod has a port of that name", "http: 80 → front/TCP$"],
        ),
        ("network ported", ["82 → nope/TCP: nowhere, no pod has a port of that name"]),
        ("describe ing lost", ["service/gone:80, which isn't there", r"service/ported:80\n|service/ported:80$"]),
    ],
)
async def test_a_port_of_a_service_is_its_pods(shop_channel: Conversation, command: str, shows: list[str]):
    _, text = await said(shop_channel, command)
    for pattern in shows:
        assert re.search(pattern, text, re.MULTILINE), f"{pattern!r} is not in\n{text}"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("http svc/ported:83/x", r"service `ported` has no port `83`. Its ports: `80 \(http\)`, `81 \(plain\)`"),
        ("http svc/ported:8085/x", "service `ported` has no port `8085`"),
        ("http svc/ported:wrong/x", "no container has a port called `nope`: service `ported`, port `82 .wrong.`"),
        ("http ported:back/x", r"no container has a port called `back`.*`8085 \(front\)`"),
    ],
)
async def test_a_port_that_isnt_there_is_told_with_those_that_are(shop_channel: Conversation, command: str, line: str):
    _, text = await said(shop_channel, command, "failed")
    assert re.search(line, text), f"{line!r} is not\n{text}"
