"""What any cluster gives who administers it, ours or one that is at hand."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Administered:
    """A cluster through its administrator's kubeconfig and a kubectl."""

    kubeconfig: Path
    kubectl: Path

    def run_kubectl(self, *words: str, text: str = "", timeout_s: float = 60) -> str:
        """What kubectl prints, as the administrator; `text` is its input. Raises subprocess.CalledProcessError."""
        command = [str(self.kubectl), f"--kubeconfig={self.kubeconfig}", *words]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=timeout_s)
        return done.stdout

    def service_account_token(self, namespace: str, name: str) -> str:
        """A bearer token, good for an hour. Raises subprocess.CalledProcessError where there is no such account."""
        return self.run_kubectl("create", "token", name, "--namespace", namespace).strip()
