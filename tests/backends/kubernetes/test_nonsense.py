"""What somebody reads where a proxy or a login page answers in the cluster's place: one line, never a stack trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.backends.kubernetes import ClusterAt, Kubernetes, connect
from bot.core.bench import Bench
from bot.core.errors import Unavailable
from bot.core.person import Person
from bot.core.ports.events import EventsPort
from bot.core.ports.facts import FactsPort, ObjectsPort
from bot.core.ports.files import SecretValuesPort
from bot.core.ports.finding import ReviewsPort
from bot.core.ports.network import ReachPort
from bot.core.ports.usage import UsagePort
from bot.core.takes import many, one
from bot.core.target import Container, Objects, Resource, Scope, TargetRef
from tests.backends.nonsense import answering, drained

NOW = datetime.now(UTC)
SCOPE = Scope("here", "kubernetes", "shop")
ANN = Person("T0", "U0ANN", "ann", kubernetes="ann@example.com")
WEB = Container(SCOPE, "u/app", "web", "web:1", state="running", container="app", secrets=("keys",))
HOUR = (NOW - timedelta(hours=1), NOW)


def cluster(address: str, folder: Path) -> Kubernetes:
    """Whatever is there, as Ann."""
    known = {
        "apiVersion": "v1", "kind": "Config", "current-context": "x", "users": [{"name": "x", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": f"http://{address}"}}],
    }  # fmt: skip
    (folder / "kubeconfig").write_text(yaml.safe_dump(known))
    return connect("here", ClusterAt(str(folder / "kubeconfig")), namespace="shop", secrets_of=frozenset({"shop"}))


@pytest.mark.parametrize("said", [b"<html>sign in</html>", b"", b"null", b"[1]", b"{}", b"\xff"])
@pytest.mark.parametrize(
    ("port", "ask"),
    [
        (FactsPort, lambda it: it.facts(WEB)),
        (ObjectsPort, lambda it: it.object_facts(Resource(SCOPE, "deployment", "web"))),
        (ReachPort, lambda it: it.reach(WEB)),
        (EventsPort, lambda it: it.events(Objects(SCOPE, (WEB,)), *HOUR)),
        (UsagePort, lambda it: it.usages([WEB], 0)),
        (ReviewsPort, lambda it: it.review(WEB, ["get pods"])),
        (SecretValuesPort, lambda it: it.secret_values([WEB])),
    ],
)
async def test_what_is_no_cluster_is_said_to_be_none(port: Any, ask: Any, said: bytes, tmp_path: Path):
    async with answering(said) as address:
        engine = cluster(address, tmp_path)
        try:
            with pytest.raises(Unavailable, match="what answers for the cluster of `here` is not a Kubernetes API"):
                await drained(ask(Bench(engine.seen_by(ANN, lambda thing: True), NOW).port(port)))
        finally:
            await engine.close()


async def test_nothing_is_found_in_what_is_no_cluster(tmp_path: Path):
    async with answering(b"<html>sign in</html>") as address:
        engine = cluster(address, tmp_path)
        try:
            for ref, takes in ((TargetRef("web"), one("container")), (TargetRef(), many("object", listed=True))):
                with pytest.raises(Unavailable, match="not a Kubernetes API"):
                    await engine.seen_by(ANN, lambda thing: True).find(ref, takes)
        finally:
            await engine.close()
