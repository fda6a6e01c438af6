"""The flags that docker and kubectl say they have, from their own help: `python -m tests.core.paste.flags` writes them.

docker ps | -n --last VALUE
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

LIST = Path(__file__).parent / "flags.txt"
COMMANDS = {
    "docker": (
        "ps", "logs", "inspect", "container inspect", "image inspect", "network inspect", "top", "stats", "events",
        "images", "diff", "port", "exec", "cp", "attach",
    ),
    "kubectl": (
        "get", "describe", "logs", "exec", "attach", "cp", "top pod", "top node", "events", "auth can-i",
        "auth whoami", "rollout status", "rollout history", "rollout undo", "rollout restart", "rollout pause",
        "rollout resume", "scale", "set image", "set env", "set resources", "port-forward",
    ),
}  # fmt: skip
_DOCKER = re.compile(r" +((?:-\w, )?--[a-z-]+)(?: (\w+))?(?:  |$)")
_KUBECTL = re.compile(r" +((?:-\w, )?--[a-z-]+)=(.*):")


def rows() -> list[str]:
    """As (command | names [VALUE]), each flag of what is in the file."""
    return [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


def _of_docker(text: str) -> Iterator[str]:
    for line in text.partition("ptions:\n")[2].splitlines():
        if found := _DOCKER.match(line):
            yield f"{found[1].replace(',', '')}{' VALUE' if found[2] else ''}"


def _of_kubectl(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if found := _KUBECTL.match(line):
            yield f"{found[1].replace(',', '')}{'' if found[2] in ('true', 'false') else ' VALUE'}"


def main() -> None:
    """Write the file anew."""
    lines = ["# Written by `python -m tests.core.paste.flags`, from docker's and kubectl's own help."]
    lines += [f"# {_said('docker', '--version').strip()}; kubectl {_said('kubectl', 'version', '--client').split()[2]}"]
    lines += [f"docker | {flag}" for flag in _of_docker(_said("docker", "--help"))]
    for name in COMMANDS["docker"]:
        lines += [f"docker {name} | {flag}" for flag in _of_docker(_said("docker", *name.split(), "--help"))]
    lines += [f"kubectl | {flag}" for flag in _of_kubectl(_said("kubectl", "options"))]
    for name in COMMANDS["kubectl"]:
        text = _said("kubectl", *name.split(), "--help").partition("\nOptions:\n")[2]
        lines += [f"kubectl {name} | {flag}" for flag in _of_kubectl(text)]
    LIST.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
