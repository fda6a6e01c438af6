"""Starting a bot on a cluster: its settings, its manifest applied, a token of the account that the manifest made."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from deploy.demo.cluster.account import apply_manifest, sign_in
from deploy.demo.cluster.kubectl import Administered
from tests.harness import ROOT, Bot, wait_until

SHOP = ROOT / "deploy" / "demo" / "shop.yaml"


def apply_shop(cluster: Administered) -> None:
    """The shop and its faults; returns once each fault shows."""
    cluster.run_kubectl("apply", "-f", str(SHOP))
    cluster.run_kubectl("rollout", "status", "deployment/web", "--namespace", "shop", "--timeout=60s")
    for name in ("pair", "plain", "bare"):
        cluster.run_kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--namespace", "shop", "--timeout=60s")
    cluster.run_kubectl("wait", "--for=condition=Ready", "pod/ledger", "--namespace", "vault", "--timeout=60s")
    wait_until(lambda: restarts(cluster, "checkout") > 0, "checkout's first crash", 60)
    wait_until(lambda: restarts(cluster, "report") > 0, "report's first kill for memory", 60)
    cluster.run_kubectl("wait", "--for=condition=complete", "job/migrate", "--namespace", "shop", "--timeout=60s")


@contextmanager
def applied(cluster: Administered, objects: str) -> Iterator[None]:
    """Objects of a test's own, as YAML; they are deleted with the block, and nobody waits for that."""
    cluster.run_kubectl("apply", "-f", "-", text=objects)
    try:
        yield
    finally:
        cluster.run_kubectl("delete", "-f", "-", "--wait=false", "--ignore-not-found", text=objects)


def pods(cluster: Administered, app: str, namespace: str = "shop") -> list[dict[str, Any]]:
    """The pods of one of the shop's workloads, as the cluster has them now."""
    said = cluster.run_kubectl("get", "pods", "--namespace", namespace, "-l", f"app={app}", "-o", "yaml")
    return list(yaml.safe_load(said)["items"])


def measured(cluster: Administered) -> bool:
    """Whether metrics-server has looked at the shop, which it does every fifteen seconds or so."""
    try:
        return all(name in cluster.run_kubectl("top", "pods", "--namespace", "shop") for name in ("pair", "web-"))
    except subprocess.CalledProcessError:
        return False


def restarts(cluster: Administered, app: str) -> int:
    statuses = [it for pod in pods(cluster, app) for it in pod["status"].get("containerStatuses", ())]
    return sum(it.get("restartCount", 0) for it in statuses)


def cluster_bot(cluster: Administered, folder: Path, base: str, account: str = "cdebug", **more: Any) -> Bot:
    """Started and ready. Its kubeconfig holds a token of the account that `python -m bot manifest` makes."""
    kubeconfig = folder / "bot.kubeconfig"
    bot = Bot(folder, base, "unix:///nowhere.sock", kubeconfig=str(kubeconfig), default="cluster", **more)
    apply_manifest(cluster, folder / "config.yaml")
    sign_in(cluster, kubeconfig, account)
    return bot.start()
