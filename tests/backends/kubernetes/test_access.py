"""Kubeconfigs of all kinds, against a real API server; and servers that don't answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.backends.kubernetes import ClusterAt, Kubernetes, connect, names_in
from bot.core.errors import CdebugError, Denied, ForbiddenByCluster, Misconfigured, TimedOut, Unavailable
from bot.core.person import Person
from bot.core.takes import many, one
from bot.core.target import TargetRef, things_of
from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.kubectl import Administered

NOBODY = Person("T", "U0EVE", "eve")
ANN = Person("T", "U0ANN", "ann", kubernetes="ann@example.com", groups=("sre",))


@asynccontextmanager
async def context(kubeconfig: Path, **more: Any) -> AsyncIterator[Kubernetes]:
    made = connect("here", ClusterAt(str(kubeconfig)), namespace="shop", **more)
    try:
        yield made
    finally:
        await made.close()


def with_user(cluster: Administered, path: Path, user: dict[str, Any]) -> Path:
    known = yaml.safe_load(cluster.kubeconfig.read_text())
    known["users"][0]["user"] = user
    path.write_text(yaml.safe_dump(known))
    return path


async def whoami(made: Kubernetes) -> str:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    return str((await made.context.own.post("ask", "", path, body))["status"]["userInfo"]["username"])


async def test_a_client_certificate_signs_in(own_cluster: Cluster):
    async with context(own_cluster.kubeconfig_of("cert-user", ["sre"])) as made:
        assert await whoami(made) == "cert-user"
        assert (await made.ping()).startswith("Kubernetes v1.")


async def test_a_token_and_a_file_with_a_token_sign_in(cluster: Administered, tmp_path: Path):
    token = cluster.service_account_token("shop", "default")
    (tmp_path / "token").write_text(token)
    for number, user in enumerate(({"token": token}, {"tokenFile": str(tmp_path / "token")})):
        async with context(with_user(cluster, tmp_path / f"{number}.yaml", user)) as made:
            assert await whoami(made) == "system:serviceaccount:shop:default"


async def test_a_plugin_signs_in_and_is_asked_again_when_its_token_has_expired(cluster: Administered, tmp_path: Path):
    token, calls = cluster.service_account_token("shop", "default"), tmp_path / "calls"
    status = {"token": token, "expirationTimestamp": "2020-01-01T00:00:00Z"}
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\necho x >> {calls}\ncat <<'END'\n{json.dumps(said)}\nEND\n")
    plugin.chmod(0o755)
    version = {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    user = {"exec": {**version, "command": str(plugin), "args": []}}
    async with context(with_user(cluster, tmp_path / "kubeconfig", user)) as made:
        for _ in range(2):
            assert await whoami(made) == "system:serviceaccount:shop:default"
    assert len(calls.read_text().splitlines()) >= 2


async def test_the_contexts_of_a_kubeconfig_are_known_by_name(own_cluster: Cluster):
    assert names_in(str(own_cluster.kubeconfig_of("x", context="kind-staging"))) == ["kind-staging"]
    assert names_in("/nowhere/at/all") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [("", "can't be used"), ("contexts: [", "can't be used"), ("apiVersion: v1\nkind: Config\n", "can't be used")],
)
async def test_a_kubeconfig_that_cant_be_read_is_one_line(tmp_path: Path, text: str, line: str):
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    async with context(path) as made:
        with pytest.raises(Misconfigured, match=line) as error:
            await made.ping()
    assert "\n" not in str(error.value)


async def test_a_kubeconfig_that_isnt_there_is_named():
    async with context(Path("/nowhere/kubeconfig")) as made:
        with pytest.raises(Misconfigured, match="there is no kubeconfig at /nowhere/kubeconfig"):
            await made.ping()


async def test_who_is_mapped_to_nobody_sends_nothing(cluster: Administered):
    async with context(cluster.kubeconfig) as made:
        with pytest.raises(Denied, match="you have no Kubernetes user in `here`"):
            await made.seen_by(NOBODY, lambda thing: True).find(TargetRef("pair", namespace="shop"), one("container"))


async def test_identity_own_is_the_bots_own_rights_for_everybody(cluster: Administered):
    async with context(cluster.kubeconfig, impersonate=False) as made:
        seen = made.seen_by(NOBODY, lambda thing: True)
        found = await seen.find(TargetRef("pair", namespace="shop"), one("container"))
        assert len(found.matches) == 1


async def test_a_bot_that_may_act_as_nobody_says_what_its_operator_applies(own_cluster: Cluster):
    async with context(own_cluster.kubeconfig_of("weak-bot")) as made:
        with pytest.raises(CdebugError, match="python -m bot manifest"):
            await made.seen_by(ANN, lambda thing: True).find(TargetRef("pair", kind="pod"), one("container"))


async def test_the_exact_name_is_one_get_and_nothing_is_listed(own_cluster: Cluster):
    async with context(own_cluster.kubeconfig) as made:
        seen = made.seen_by(ANN, lambda thing: True)
        before = len(own_cluster.audit.read_text().splitlines())
        await seen.find(TargetRef("pair", namespace="shop", kind="pod"), one("container"))
        lines = [json.loads(line) for line in own_cluster.audit.read_text().splitlines()[before:]]
    asked = [it for it in lines if (it.get("impersonatedUser") or {}).get("username") == "ann@example.com"]
    assert {(it["verb"], it["objectRef"]["name"]) for it in asked} == {("get", "pair")}


async def test_what_the_cluster_refuses_is_ours_with_its_words(cluster: Administered):
    bob = Person("T", "U0BOB", "bob", kubernetes="bob@example.com")
    async with context(cluster.kubeconfig) as made:
        with pytest.raises(ForbiddenByCluster, match='cannot list resource "services" in API group "" in'):
            await made.seen_by(bob, lambda thing: True).find(TargetRef(kind="service"), many("object", listed=True))


async def test_who_may_read_one_object_and_list_none_is_shown_that_one(cluster: Administered):
    given = ("--namespace", "shop", "--dry-run=client", "-o", "yaml")
    role = ("create", "role", "one-pod", "--verb=get", "--resource=pods", "--resource-name=pair")
    binding = ("create", "rolebinding", "one-pod", "--role=one-pod", "--user=one@example.com")
    for words in (role, binding):
        cluster.run_kubectl("apply", "-f", "-", text=cluster.run_kubectl(*words, *given))
    one_pod = Person("T", "U0ONE", "one", kubernetes="one@example.com")
    async with context(cluster.kubeconfig) as made:
        seen = made.seen_by(one_pod, lambda thing: True)
        listed = many("object", listed=True)
        (found,) = (await seen.find(TargetRef("pair", namespace="shop", kind="pod"), listed)).matches
        assert [it.name for it in things_of(found)] == ["pair"]
        with pytest.raises(ForbiddenByCluster):
            await seen.find(TargetRef(namespace="shop", kind="pod"), listed)


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """A server that takes connections and says nothing."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    for writer in held:
        writer.close()
    server.close()


def at(port: int, path: Path) -> Path:
    cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}
    user = {"name": "u", "user": {"token": "x"}}
    both = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    known = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "users": [user], "contexts": [both]}
    path.write_text(yaml.safe_dump({**known, "current-context": "c"}))
    return path


async def test_a_server_that_says_nothing_is_given_up_within_five_seconds(silent: int, tmp_path: Path):
    async with context(at(silent, tmp_path / "kubeconfig")) as made:
        started = time.monotonic()
        with pytest.raises(TimedOut, match="the cluster of `here` did not answer within 5 s"):
            await made.ping()
        assert time.monotonic() - started < 7


async def test_a_server_that_isnt_there_is_one_line(tmp_path: Path):
    async with context(at(1, tmp_path / "kubeconfig")) as made:
        with pytest.raises(Unavailable, match="the cluster of `here` can't be reached"):
            await made.ping()
