"""A small shop with real faults, for the demo and the tests: images are built here, nothing is pulled.

checkout  crashes and is started again, since its database isn't there
report    is killed for memory, over and over
orders    is slow, since pricing answers late; its log shows each request's time
web       is healthy and chatty, and has a secret in its environment
"""

from __future__ import annotations

import contextlib
import io
import tarfile
from dataclasses import dataclass, field
from typing import Any

import docker
from docker.types import Healthcheck

from bot.core.target import PROTECTED
from deploy.demo.engine import build_base

PROJECT = "shop"
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Service:
    """One container. memory in bytes, 0 for no limit; script runs under busybox sh."""

    name: str
    script: str
    memory: int = 0
    restart: str = "no"
    health: str = ""
    environment: dict[str, str] = field(default_factory=dict)


CHECKOUT = Service(
    "checkout",
    r"""
echo "$(date -Iseconds) INFO checkout 1.4 starting, 3 workers"
echo "$(date -Iseconds) INFO connecting to postgres://shop:$DB_PASSWORD@db.shop:5432/orders"
for attempt in 1 2 3; do
  sleep "$RETRY_S"
  nslookup db.shop >/dev/null 2>&1 && break
  [ "$attempt" = 3 ] && echo "$(date -Iseconds) ERROR could not connect: lookup db.shop: no such host" >&2
done
echo "$(date -Iseconds) FATAL giving up after 3 attempts" >&2
exit 1
""",
    restart="always",
    environment={"DB_PASSWORD": "correct-horse-battery"},
)
REPORT = Service(
    "report",
    r"""
echo "building the report of $(date +%F)"
echo "loading all orders into memory"
tail /dev/zero
""",
    memory=24 * 2**20,
    restart="on-failure",
)
PRICING = Service(
    "pricing",
    r"""
mkdir -p /srv/cgi-bin
cat > /srv/cgi-bin/price <<'CGI'
#!/bin/sh
sleep $(( $(date +%S) % 3 + 1 ))
printf 'Content-Type: text/plain\r\n\r\n42\n'
CGI
chmod +x /srv/cgi-bin/price
exec httpd -f -p 8080 -h /srv
""",
)
ORDERS = Service(
    "orders",
    r"""
n=0
while true; do
  n=$((n + 1))
  before=$(date +%s)
  price=$(wget -q -O- http://pricing:8080/cgi-bin/price 2>/dev/null)
  took=$(( $(date +%s) - before ))
  if [ -z "$price" ]; then echo "$(date -Iseconds) ERROR order $n: pricing does not answer" >&2; sleep 1; continue; fi
  level=INFO; [ "$took" -ge 2 ] && level=WARN
  echo "$(date -Iseconds) $level order $n: price $price, took ${took}s"
done
""",
)
WEB = Service(
    "web",
    r"""
mkdir -p /srv/www && echo ok > /srv/www/health
httpd -p 8080 -h /srv/www
n=0
while true; do
  n=$((n + 1))
  echo "$(date -Iseconds) GET /product/$((n % 97)) 200 $((n % 40 + 3))ms"
  [ $((n % 25)) -eq 0 ] && echo "$(date -Iseconds) WARN cache miss ratio $((n % 9 + 1))%" >&2
  sleep 0.2
done
""",
    health="wget -q -O /dev/null http://127.0.0.1:8080/health",
    environment={"API_TOKEN": "tok-3f9a8b7c6d5e", "LOG_LEVEL": "info"},
)
SHOP = (CHECKOUT, REPORT, PRICING, ORDERS, WEB)


class Shop:
    """The containers on one engine; `remove` takes away what was made, and nothing else."""

    def __init__(
        self,
        host: str,
        services: tuple[Service, ...] = SHOP,
        project: str = PROJECT,
        *,
        protected: str = "",
        retry_s: float = 4,
    ) -> None:
        """protected: the one service that needs an approval. retry_s: how long checkout hopes between attempts."""
        self._api: Any = docker.APIClient(base_url=host, version="auto", timeout=60)  # its types are too narrow
        self._project, self._protected, self._retry_s = project, protected, retry_s
        self.remove()
        self._images: list[str] = []
        try:
            self._base = build_base(host)
            self._api.create_network(project, labels=self._labels(""))
            for service in services:
                self._start(service)
        except BaseException:
            self.close()
            raise

    def _labels(self, name: str) -> dict[str, str]:
        labels = {"com.docker.compose.project": self._project, "cdebug.demo": "true"}
        return labels | ({"com.docker.compose.service": name} if name else {})

    def _start(self, service: Service) -> None:
        image = self._build(service)
        memory: dict[str, Any] = (
            {"mem_limit": service.memory, "memswap_limit": service.memory} if service.memory else {}
        )
        host = self._api.create_host_config(restart_policy={"Name": service.restart}, **memory)
        health = Healthcheck(test=["CMD-SHELL", service.health], interval=2 * _SECOND_NS) if service.health else None
        created = self._api.create_container(
            image,
            name=service.name,
            environment={**service.environment, "RETRY_S": f"{self._retry_s:g}"},
            labels=self._labels(service.name) | ({PROTECTED: "true"} if service.name == self._protected else {}),
            host_config=host,
            healthcheck=health,
            networking_config=self._api.create_networking_config(
                {self._project: self._api.create_endpoint_config(aliases=[service.name])}
            ),
        )
        self._api.start(created["Id"])

    def _build(self, service: Service) -> str:
        tag = f"{self._project}/{service.name}:1.4"
        dockerfile = f'FROM {self._base}\nCOPY app /app\nCMD ["sh", "/app"]\n'
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as tar:
            for name, text in (("Dockerfile", dockerfile), ("app", service.script)):
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
        context.seek(0)
        for line in self._api.build(fileobj=context, custom_context=True, tag=tag, rm=True, decode=True):
            if "error" in line:
                raise RuntimeError(line["error"])
        self._images.append(tag)
        return tag

    def remove(self) -> None:
        """End and remove the containers and the network that carry the demo's label and this project."""
        wanted = {"label": ["cdebug.demo=true", f"com.docker.compose.project={self._project}"]}
        for container in self._api.containers(all=True, filters=wanted):
            with contextlib.suppress(docker.errors.NotFound):
                self._api.remove_container(container["Id"], force=True, v=True)
        for network in self._api.networks(filters=wanted):
            with contextlib.suppress(docker.errors.NotFound):
                self._api.remove_network(network["Id"])

    def close(self) -> None:
        """Remove everything, the images too, and hang up."""
        self.remove()
        for image in self._images:
            with contextlib.suppress(docker.errors.APIError):
                self._api.remove_image(image)
        self._api.close()
