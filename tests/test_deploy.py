"""The demo's engine and shop: started whole, and gone without a trace."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import docker
import pytest

from deploy.demo.engine import Engine, Missing, answering, build_base, install
from tests.harness import make


@pytest.mark.timeout(120)
def test_an_engine_leaves_nothing_behind(engine: str):
    if os.geteuid() != 0:
        pytest.skip(f"only root starts engines; the tests use {engine}")
    before = traces()
    with Engine() as own:
        assert answering(own.host)
        build_base(own.host)
        api = docker.APIClient(base_url=own.host)
        make(api, "left", "sleep 600", host={"mem_limit": 2**24})
        api.close()
        assert traces() - before
    # What was there goes on meanwhile: a container that crashes again and again gets new mounts.
    assert not [it for it in traces() - before if not it.startswith(tuple(f"{known}/" for known in before))]


def traces() -> set[str]:
    """Links, folders, cgroups and mounts of our engines."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    found = {line.split(": ")[1] for line in links.splitlines() if ": cdb" in line}
    found |= {str(path) for path in Path("/tmp").glob("cdebug-engine-*")}
    found |= {
        str(path) for path in (*Path("/sys/fs/cgroup").glob("*/cdebug-*"), *Path("/sys/fs/cgroup").glob("cdebug-*"))
    }
    mounts = Path("/proc/mounts").read_text().splitlines()
    return found | {line.split()[1].split("/data/")[0] for line in mounts if "/cdebug-engine-" in line}


def test_what_cant_be_installed_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Missing, match=r"no-such-program is missing: install no-such-package, or run this as root"):
        install("no-such-package", program="no-such-program")


def test_no_engine_answers_where_none_is():
    assert not answering("")
    assert not answering("unix:///nowhere.sock")
