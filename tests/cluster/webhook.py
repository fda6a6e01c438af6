"""An admission webhook of the tests' own: it meddles with what is asked of a real API server."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from aiohttp import web

from deploy.demo.cluster.keys import Authority
from deploy.demo.cluster.kubectl import Administered
from tests.harness import Json, free_port

HELPERS: Json = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods/ephemeralcontainers"]}
DEPLOYMENTS: Json = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"]}


@asynccontextmanager
async def webhook(
    cluster: Administered, folder: Path, answer: Callable[[Json], Json], rule: Json = HELPERS
) -> AsyncIterator[None]:
    """A mutating admission webhook of updates; answer: what of the request it says. rule: of which."""
    server = urlsplit(yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((str(server.hostname), server.port or 443))
        address = probe.getsockname()[0]
    authority, port = Authority(folder / "authority", "webhook"), free_port()
    certificate, key = authority.sign("webhook", hosts=[f"IP:{address}"])

    async def review(request: web.Request) -> web.Response:
        asked = (await request.json())["request"]
        said = {"uid": asked["uid"], "allowed": True, **answer(asked)}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": said}
        answered = web.json_response(review)
        answered.force_close()  # the API server keeps connections, and says nothing when they are closed
        return answered

    app = web.Application()
    app.router.add_post("/", review)
    runner = web.AppRunner(app)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    await web.TCPSite(runner, address, port, ssl_context=tls).start()
    ca = base64.b64encode(authority.certificate.read_bytes()).decode()
    hook = {
        "name": "meddling.example.com", "rules": [{"operations": ["UPDATE"], **rule}], "sideEffects": "None",
        "admissionReviewVersions": ["v1"], "timeoutSeconds": 5,
        "clientConfig": {"url": f"https://{address}:{port}/", "caBundle": ca},
    }  # fmt: skip
    objects = json.dumps({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "meddling"}, "webhooks": [hook],
    })  # fmt: skip
    try:
        # kubectl is a child that blocks: the webhook must answer meanwhile
        await asyncio.to_thread(cluster.run_kubectl, "apply", "-f", "-", text=objects)
        await asyncio.sleep(1.5)  # until the API server has read it
        yield
    finally:
        await asyncio.to_thread(cluster.run_kubectl, "delete", "mutatingwebhookconfiguration", "meddling")
        await asyncio.sleep(1.0)  # the same: until then it is asked
        await runner.cleanup()


def patching(*operations: Json) -> Json:
    """What it answers to have the object changed."""
    return {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(operations).encode()).decode()}
