"""The few calls that starting a cluster needs, without a client library's weight: JSON over TLS."""

from __future__ import annotations

import contextlib
import json
import ssl
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

from deploy.demo.cluster.settings import NODE


class Api:
    """An API server, as its administrator sees it."""

    def __init__(self, server: str, ca: Path, signed: tuple[Path, Path]) -> None:
        """`signed`: the administrator's certificate and key."""
        self._server = server
        tls = ssl.create_default_context(cafile=str(ca))
        tls.load_cert_chain(*signed)
        # past any proxy: the address is this machine's
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls))
        self._opener = urllib.request.build_opener(*handlers)

    def call(self, path: str, content: dict[str, Any] | None = None) -> bytes:
        """GET, or POST where there is content. Raises OSError: an HTTPError is one."""
        body = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._server + path, data=body, headers=headers)
        with self._opener.open(request, timeout=10) as answer:
            raw: bytes = answer.read()
            return raw

    def create(self, path: str, content: dict[str, Any]) -> None:
        """POST until it is taken, ten seconds long: `kube-system` may come a moment after readiness. Raises OSError."""
        for tries in range(100):
            try:
                self.call(path, content)
                return
            except urllib.error.HTTPError as error:
                if error.code == HTTPStatus.CONFLICT:
                    return
                if tries == 99:
                    raise
            time.sleep(0.1)

    def ready(self) -> bool:
        """Whether the server says so itself."""
        with contextlib.suppress(OSError):
            return self.call("/readyz") == b"ok"
        return False

    def default_account_exists(self) -> bool:
        """Without it no pod is admitted to `default`."""
        with contextlib.suppress(OSError):
            return bool(self.call("/api/v1/namespaces/default/serviceaccounts/default"))
        return False

    def node_ready(self) -> bool:
        """Whether pods can be scheduled: the node is ready, and a new node's taint, which goes later, is gone."""
        with contextlib.suppress(OSError):
            node = json.loads(self.call(f"/api/v1/nodes/{NODE}"))
            conditions = node["status"].get("conditions", ())
            ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
            return ready and not node["spec"].get("taints")
        return False
