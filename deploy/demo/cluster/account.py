"""The bot's own account in a cluster: what its manifest grants, and a kubeconfig that signs in as it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from deploy.demo.cluster.kubectl import Administered


def apply_manifest(cluster: Administered, settings: Path) -> None:
    """Grant what `python -m bot manifest` prints for these settings. Raises subprocess.CalledProcessError."""
    environment = {**os.environ, "CDEBUG_CONFIG": str(settings)}
    command = [sys.executable, "-m", "bot", "manifest"]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    cluster.run_kubectl("apply", "-f", "-", text=made.stdout)


def sign_in(cluster: Administered, kubeconfig: Path, account: str = "cdebug") -> None:
    """Write a kubeconfig with a token of an account in the namespace `cdebug`, good for an hour."""
    known = yaml.safe_load(cluster.kubeconfig.read_text())
    known["users"][0]["user"] = {"token": cluster.service_account_token("cdebug", account)}
    kubeconfig.write_text(yaml.safe_dump(known))
