"""A table of bad settings and their messages: each a line that names file, line and key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import BadSettings, load, read_config

GOOD = """\
contexts:
  local: {engine: docker, host: "unix:///var/run/docker.sock"}
  staging:
    {engine: kubernetes, kubeconfig: ~/.kube/config, context: kind, namespace: shop, identity: own, protected: true}
default: local
channels: {C0INCIDENT: {context: staging, namespace: shop}}
workspaces: [T0ACME]
people:
  U0ANN: {roles: [responder], kubernetes: {user: ann@example.com, groups: [sre]}}
usergroups: {S0SRE: [approver]}
policy: policy.cedar
approvals: {ttl: 10m, channel: "", audit_channel: C0AUDIT}
audit: {file: audit.jsonl, retention: 400d}
images: {toolbox: "cdebug-toolbox:latest", mirror: "", allowed: ["*"]}
redact: {patterns: {acme-key: "ACME-[A-Z0-9]{16}"}, secrets_of: []}
forward: {listen: "", url: "", ttl: 15m}
limits:
  {inline_lines: 40, follow: 30m, capture: 60s, shell_idle: 15m, output: 50MiB, per_person: 30/m, per_channel: 120/m}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return path


def test_the_whole_file_is_read(tmp_path: Path):
    config = read_config(write(tmp_path, GOOD))
    assert config.limits.output == 50 * 2**20
    assert config.limits.per_person == 30
    assert config.approvals.ttl == timedelta(minutes=10)
    assert config.people["U0ANN"].roles == ["responder"]


def test_an_empty_file_is_all_defaults(tmp_path: Path):
    assert read_config(write(tmp_path, "")).limits.inline_lines == 40


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("default: local\nlimit: {follow: 1m}", ":2: limit: unknown key; did you mean `limits`?"),
        (
            "contexts:\n  local:\n    engine: docker\n    hots: x",
            ":4: contexts.local.hots: unknown key; did you mean `host`?",
        ),
        ("contexts:\n  local: {engine: podman}", ":2: contexts.local.engine: Input should be 'docker' or 'kubernetes'"),
        ("contexts:\n  Local: {engine: docker}", ":2: contexts.Local: "),
        ("limits:\n  follow: soon", ":2: limits.follow: no such duration: `soon`"),
        ("limits:\n  output: big", ":2: limits.output: no such size: `big`"),
        ("limits:\n  per_person: 30", ":2: limits.per_person: write it like `30/m`"),
        ("default: nowhere", "default: no context is called `nowhere`"),
        ("images: {toolbox: 'Not A Name'}", ":1: images.toolbox: `Not A Name` is not an image's name"),
        ("images:\n  mirror: 'https://reg.corp'", ":2: images.mirror: `https://reg.corp` is not an image's name"),
        ("channels: {C1: {context: nowhere}}", "channels.C1.context: no context is called `nowhere`"),
        (
            "people:\n  U0ANN:\n    kubernetes: {user: 'system:admin'}",
            ":3: people.U0ANN.kubernetes.user: `system:` users are the cluster's own",
        ),
        (
            "people:\n  U0ANN:\n    kubernetes: {user: ann, groups: ['system:masters']}",
            ":3: people.U0ANN.kubernetes.groups: `system:` groups are the cluster's own",
        ),
        ("people: {U0ANN: {kubernetes: {user: ''}}}", "people.U0ANN.kubernetes.user: "),
        ("a: [", "is not YAML"),
        ("- a", "is not a table of keys"),
    ],
)
def test_a_fault_names_its_line_and_key(tmp_path: Path, text: str, fault: str):
    path = write(tmp_path, text)
    with pytest.raises(BadSettings) as error:
        read_config(path)
    assert fault in error.value.faults[0]
    assert error.value.faults[0].startswith(str(path))


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({}, "SLACK_BOT_TOKEN: is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "does not begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "one must be set"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "x"}, "does not begin with xapp-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "PORT": "0"}, "PORT"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "slack"}, "SLACK_API_URL"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "CDEBUG_CONFIG": "/nowhere.yaml"}, "can't be read"),
    ],
)
def test_a_bad_environment(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], fault: str):
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "CDEBUG_CONFIG",
        "PORT",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as error:
        load()
    assert any(fault in line for line in error.value.faults), error.value.faults
