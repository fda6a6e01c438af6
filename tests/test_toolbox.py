"""The toolbox image: each tool runs as any user, with no power, beside a target and in a strict namespace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.cluster.cluster import Cluster
from deploy.toolbox.build import CONFIG, TOOLBOX
from tests.cluster.world import applied
from tests.harness import ROOT, make, wait_until

TOOLS = [
    "strace -V", "tcpdump --version", "gdb --version", "ps --version", "ip -V", "ss -V", "dig -v", "nslookup -version",
    "nc -h", "curl --version", "eu-stack --version", "py-spy --version", "ping -V", "jq --version", "lsof -v",
    "openssl version", "/toolbox/bin/busybox --list", "/toolbox/bin/vi --help",
]  # fmt: skip


@pytest.fixture(scope="module")
def tools(containers: Any, toolbox: str) -> Iterator[str]:
    """A container of the toolbox, of no power."""
    host = containers.create_host_config(read_only=True, cap_drop=["ALL"], security_opt=["no-new-privileges"])
    made = containers.create_container(toolbox, ["sleep", "600"], user="4711:4711", host_config=host, name="tools")
    containers.start(made)
    yield "tools"
    containers.remove_container("tools", force=True)


def run(api: Any, container: str, command: str | list[str]) -> tuple[int, str]:
    made = api.exec_create(container, command)
    said = api.exec_start(made["Id"])
    return api.exec_inspect(made["Id"])["ExitCode"], said.decode("utf-8", "replace")


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_runs_as_any_user_without_power(containers: Any, tools: str, tool: str):
    status, said = run(containers, tools, tool)
    assert status in (0, 1) if tool.startswith("nc ") else status == 0, said
    assert said


def test_the_set_in_one_folder_needs_no_library(containers: Any, tools: str):
    for program in ("busybox", "py-spy"):
        _, said = run(containers, tools, f"eu-readelf -l /toolbox/bin/{program}")
        assert "LOAD" in said
        assert "INTERP" not in said


def test_nothing_in_it_gives_power_and_its_home_is_anybodys(containers: Any, toolbox: str, tools: str):
    _, said = run(containers, tools, ["sh", "-c", "find / -xdev -perm /6000 -type f 2>/dev/null"])
    assert said == ""
    made = containers.create_container(toolbox, ["sh", "-c", "touch ~/kept && id -u"], user="31337:31337")
    containers.start(made)
    assert containers.wait(made)["StatusCode"] == 0
    assert containers.logs(made) == b"31337\n"
    containers.remove_container(made)
    assert containers.inspect_image(toolbox)["Config"]["User"] == "65532:65532"


def test_strace_beside_a_target_needs_one_capability(containers: Any, toolbox: str):
    target = make(containers, "traced", "while :; do sleep 0.1; done")
    host = containers.create_host_config(pid_mode=f"container:{target}", cap_drop=["ALL"], cap_add=["SYS_PTRACE"])
    command = ["timeout", "-s", "INT", "2", "strace", "-f", "-c", "-p", "1"]
    made = containers.create_container(toolbox, command, user="0", host_config=host, labels={"test": "traced"})
    containers.start(made)
    containers.wait(made, timeout=20)
    said = containers.logs(made).decode()
    assert "% time" in said
    assert re.search(r"\d+ +\d+.* (wait4|clone|fork|vfork|clock_nanosleep|nanosleep|execve)", said), said
    for each in (made, target):
        containers.remove_container(each, force=True)


STRICT = """
apiVersion: v1
kind: Namespace
metadata: {name: strict, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: Pod
metadata: {name: tools, namespace: strict}
spec:
  terminationGracePeriodSeconds: 0
  restartPolicy: Never
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: tools
      image: cdebug-toolbox:latest
      imagePullPolicy: Never
      command: [sh, -c, "touch ~/kept 2>&1; id -u; curl --version; strace -V; ps; sleep 300"]
      securityContext:
        {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
"""


@pytest.mark.timeout(180)
def test_it_runs_in_the_strictest_namespace_of_a_cluster(own_cluster: Cluster, cluster_toolbox: str):
    assert cluster_toolbox == TOOLBOX
    with applied(own_cluster, STRICT):
        own_cluster.run_kubectl(
            *["wait", "pod/tools", "--namespace", "strict", "--for=condition=Ready", "--timeout=60s"]
        )
        wait_until(lambda: "PID" in own_cluster.run_kubectl("logs", "tools", "--namespace", "strict"), "its tools")
        said = own_cluster.run_kubectl("logs", "tools", "--namespace", "strict")
        assert "65532\n" in said  # a numeric user: runAsNonRoot can be verified
        assert "strace -- version" in said


def test_both_ways_to_build_it_make_the_same():
    file = (ROOT / "deploy/toolbox/Dockerfile").read_text()
    (environment,) = re.findall(r"^ENV (.*)$", file, re.MULTILINE)
    assert environment.split() == CONFIG["Env"]
    assert re.findall(r"^USER (.*)$", file, re.MULTILINE) == [CONFIG["User"]]
    assert re.findall(r"^WORKDIR (.*)$", file, re.MULTILINE) == [CONFIG["WorkingDir"]]
    assert json.loads(re.findall(r"^CMD (.*)$", file, re.MULTILINE)[0]) == CONFIG["Cmd"]
    assert all(name in file for name in ("packages.txt", "finish.sh"))
    (version,) = re.findall(r"py-spy==([\d.]+)", file)
    assert f'"py-spy=={version}"' in (ROOT / "pyproject.toml").read_text()
