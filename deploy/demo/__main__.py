"""`make demo`: a workspace, an engine with a shop in trouble, and the bot between them.

The engine is the one that answers; else, as root on Debian or Ubuntu, one of the distribution's
package on a socket of its own. `make demo-kubernetes` has a cluster of its own instead, built once
from its sources. Ctrl-C ends everything and removes what was made.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.actions import catalog
from bot.core.manual import summary
from deploy.demo.cluster.account import apply_manifest, sign_in
from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.given import given
from deploy.demo.cluster.kubectl import Administered
from deploy.demo.engine import Engine, Missing, answering
from deploy.demo.faults import Shop

_DEFAULT_HOST = "unix:///var/run/docker.sock"
_PORT = 4780
_START_S = 30.0
_SHOP = Path(__file__).parent / "shop.yaml"
_CONFIG = """\
default: shop
contexts:
  shop: {context}
channels: {{C0INCIDENT: {{context: shop}}, C0SHOP: {{context: shop}}}}
people:
  U0ANN: {{roles: [responder], kubernetes: {{user: ann@example.com, groups: [sre]}}}}
  U0BOB: {{roles: [responder, approver], kubernetes: {{user: bob@example.com}}}}
usergroups: {{S0SRE: [approver]}}
approvals: {{audit_channel: C0SHOP}}
"""
_DOCKER = (
    ("/cdebug ps -a", "what is there, and how it is"),
    ("/cdebug logs checkout", "why it crashes again and again"),
    ("/cdebug sh web", "then reply in its thread: $ ls /srv"),
    ('/cdebug exec checkout --reason "who am I?" -- id', "protected: sign in as Bob in a second window, approve"),
)
_KUBERNETES = (
    ("/cdebug ps", "which pods are there, and how they are"),
    ("/cdebug describe report", "killed for memory: its limits, its last state, its events"),
    ("/cdebug logs checkout", "the run before the crash, and this one"),
    ("/cdebug network cart", "why its service sends it nothing"),
    ("/cdebug http web:8080/health", "a request to a pod, with its timing"),
    ("/cdebug exec web -- id", "as Ann; then sign in as Bob, to whom the cluster refuses it"),
    ('/cdebug exec vault/ledger --reason "late" -- id', "protected by its namespace: Bob approves in a second window"),
)


def main(words: list[str]) -> None:
    """Start everything, say what to try, wait for Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cdebug-demo-")))
            (a_cluster if words == ["kubernetes"] else a_shop)(stack, folder)
            base = stack.enter_context(a_playground(folder, free_port(_PORT)))
            stack.enter_context(the_bot(folder, base))
            _invite(base, _KUBERNETES if words == ["kubernetes"] else _DOCKER)
            signal.pause()
    except Missing as missing:
        sys.exit(f"demo: {missing}")
    except KeyboardInterrupt:
        pass


def _invite(base: str, commands: tuple[tuple[str, str], ...]) -> None:
    print(f"\n  The workspace: {base}/   (Ctrl-C ends the demo)\n\n  Try there, in #incidents:\n")
    for command, why in commands:
        print(f"    {command:<50} {why}")
    print(flush=True)


def a_shop(stack: ExitStack, folder: Path) -> None:
    """Containers on a Docker Engine, and the settings that lead there."""
    host = stack.enter_context(an_engine())
    shop = Shop(host, protected="checkout")
    stack.callback(shop.close)
    _settings(folder).write_text(_CONFIG.format(context=f'{{engine: docker, host: "{host}"}}'))


def a_cluster(stack: ExitStack, folder: Path) -> Administered:
    """Workloads on a cluster of our own, and the settings that lead there as an account with no more than it needs."""
    cluster: Administered | None = stack.enter_context(given())
    if cluster is None:
        print("starting a cluster of our own", flush=True)
        cluster = stack.enter_context(Cluster())
    cluster.run_kubectl("apply", "-f", str(_SHOP))
    kubeconfig = folder / "bot.kubeconfig"
    context = f'{{engine: kubernetes, kubeconfig: "{kubeconfig}", namespace: shop}}'
    _settings(folder).write_text(_CONFIG.format(context=context))
    apply_manifest(cluster, _settings(folder))
    sign_in(cluster, kubeconfig)
    return cluster


def _settings(folder: Path) -> Path:
    return folder / "config.yaml"


@contextmanager
def an_engine() -> Iterator[str]:
    """The DOCKER_HOST of an engine that answers."""
    host = os.environ.get("DOCKER_HOST") or _DEFAULT_HOST
    if answering(host):
        print(f"using the Docker Engine at {host}", flush=True)
        yield host
        return
    print("no Docker Engine answers: starting one of our own", flush=True)
    with Engine() as engine:
        yield engine.host


@contextmanager
def a_playground(folder: Path, port: int, *words: str) -> Iterator[str]:
    """A workspace as a process; its address."""
    completions = folder / "completions.json"
    offered = [{"verb": verb.verb, "summary": summary(verb)} for verb in catalog()]
    completions.write_text(json.dumps(offered))
    command = [sys.executable, "-m", "playground", "--port", str(port), "--completions", str(completions), *words]
    base = f"http://127.0.0.1:{port}"
    with _process(command, dict(os.environ), folder / "playground.log"):
        _until(lambda: _answers(f"{base}/_/completions"), folder / "playground.log")
        yield base


@contextmanager
def the_bot(folder: Path, base: str) -> Iterator[None]:
    """The bot as a process, ready."""
    environment = {
        **os.environ,
        "SLACK_API_URL": f"{base}/api/",
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_APP_TOKEN": "xapp-playground",
        "CDEBUG_CONFIG": str(_settings(folder)),
        "CDEBUG_DATA": str(folder / "data"),
    }
    environment.pop("REDIS_URL", None)
    log = folder / "bot.log"
    with _process([sys.executable, "-m", "bot"], environment, log):
        _until(lambda: '"event": "ready"' in log.read_text(), log)
        yield


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(true: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if true():
            return
        select.select([], [], [], 0.1)
    raise Missing(f"it did not start: {log.read_text()[-800:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port(wanted: int = 0) -> int:
    """The port that is wanted where it is free, else another one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Missing("no port is free")


if __name__ == "__main__":
    main(sys.argv[1:])
