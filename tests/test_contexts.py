"""Which contexts there are where the settings name none: each of the kubeconfig, under a name that can be typed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from bot.contexts import contexts_of
from bot.settings import Config, Environment


def kubeconfig(path: Path, *names: str) -> Path:
    """With a context of each name, all of one cluster."""
    context = {"cluster": "x", "user": "x"}
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": names[0],
        "contexts": [{"name": name, "context": context} for name in names],
        "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "x", "user": {"token": "t"}}],
    }))  # fmt: skip
    return path


def contexts(monkeypatch: pytest.MonkeyPatch, *files: Path) -> dict[str, str]:
    """The names that are typed, and what each stands for in the kubeconfig."""
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, files)))
    found = contexts_of(Environment(), Config())
    return {name: at.cluster.context for name, at in found.items() if at.kind == "kubernetes"}


def test_names_that_fold_into_one_both_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    file = kubeconfig(tmp_path / "a", "Staging", "staging", "admin@staging", "local", "::")
    assert contexts(monkeypatch, file) == {
        "staging": "Staging",
        "staging-2": "staging",
        "admin-staging": "admin@staging",
        "local-2": "local",
        "cluster": "::",
    }


def test_several_kubeconfigs_are_one_and_a_missing_one_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    one, other = kubeconfig(tmp_path / "a", "one"), kubeconfig(tmp_path / "b", "other")
    assert set(contexts(monkeypatch, one, tmp_path / "nothing", other)) == {"one", "other"}
    assert contexts(monkeypatch, tmp_path / "nothing") == {}
