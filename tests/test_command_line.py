"""The installed command: exit statuses and one line a fault."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.settings import Environment
from bot.state import audit_key
from tests.harness import ROOT, Playground

PLAIN = {
    key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "CDEBUG_", "REDIS_", "DOCKER_"))
}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**PLAIN, **environment}, capture_output=True, text=True, timeout=30, check=False
    )


def test_bad_settings_are_lines_on_standard_error_and_status_2_within_five_seconds():
    started = time.monotonic()
    done = run()
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("SLACK_BOT_TOKEN:")
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 5


def test_a_bad_policy_stops_it_at_start(tmp_path: Path):
    policy = tmp_path / "p.cedar"
    policy.write_text('@id("a") permit (principal, action, resource) when { resource.nam == "x" };')
    config = tmp_path / "c.yaml"
    config.write_text(f"policy: {policy}")
    done = run(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", CDEBUG_CONFIG=str(config))
    assert done.returncode == 2
    assert "p.cedar doesn't match the schema" in done.stderr


def test_policy_check(tmp_path: Path):
    good = run("policy", "check", "bot/policy.cedar")
    assert (good.returncode, good.stdout) == (0, "bot/policy.cedar: ok\n")
    bad = tmp_path / "bad.cedar"
    bad.write_text("permit")
    done = run("policy", "check", str(bad))
    assert done.returncode == 1
    assert "bad.cedar does not parse" in done.stderr


def test_check_prints_what_was_reached(playground: Playground, engine: str, tmp_path: Path):
    reach = {
        "SLACK_BOT_TOKEN": "xoxb-playground", "SLACK_APP_TOKEN": "xapp-playground",
        "SLACK_API_URL": f"{playground.base}/api/", "CDEBUG_DATA": str(tmp_path),
    }  # fmt: skip
    good = run("check", DOCKER_HOST=engine, **reach)
    assert good.returncode == 0, good.stderr
    assert "context local  ok      Docker" in good.stdout

    bad = run("check", DOCKER_HOST="unix:///nowhere.sock", **reach)
    assert bad.returncode == 1
    assert "context local  FAILED  cannot reach" in bad.stdout


@pytest.mark.parametrize(("page", "flags"), [("verbs.md", ()), ("pasted.md", ("--pasted",))])
def test_the_reference_pages_are_what_the_code_says(page: str, flags: tuple[str, ...]):
    assert run("reference", *flags).stdout == (ROOT / "docs" / page).read_text(), f"{page} is stale: run `make docs`"


def test_every_verb_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    verbs = [line.removeprefix("### ") for line in run("reference").stdout.splitlines() if line.startswith("### ")]
    assert len(verbs) >= 16
    assert [verb for verb in verbs if f"`{verb}" not in readme] == []


def test_the_key_table_is_what_the_store_says():
    from bot.store.keys import ALL

    page = (ROOT / "docs" / "operations.md").read_text()
    for key in ALL:
        assert f"| `cdebug:{key.name}` | {key.owner} |" in page, f"docs/operations.md lacks {key.name}"


@pytest.mark.parametrize("key", ["", "short", " \n"])
def test_a_short_key_of_the_audit_stops_it_at_start(tmp_path: Path, key: str):
    """An empty file is what a crash between making and writing one left behind: anybody could have signed with it."""
    (tmp_path / "audit.key").write_text(key)
    done = run(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", CDEBUG_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "audit.key: the audit's key has" in done.stderr
    if key.strip():
        named = run("audit", "verify", SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", CDEBUG_AUDIT_KEY=key)
        assert named.returncode == 2
        assert "CDEBUG_AUDIT_KEY: the audit's key has 5 characters" in named.stderr


def test_a_key_of_the_audit_is_made_whole_and_for_its_owner_alone(tmp_path: Path):
    environment = Environment(cdebug_data=str(tmp_path / "data"), cdebug_audit_key="")
    key = audit_key(environment)
    assert len(key) == 64
    assert audit_key(environment) == key
    (file,) = (tmp_path / "data").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
