"""Somebody who may change a workload, or rules the cluster, and wants another change made, or kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.actions.debug.set_image import SetImage
from bot.actions.debug.sidecar import Sidecar
from bot.backends.kubernetes import Kubernetes
from bot.core.bench import Bench
from bot.core.edits import Edit
from bot.core.errors import Denied, ForbiddenByCluster, NotRunning
from bot.core.images import ImageRules
from bot.core.ledger import LABEL, MadeObject
from bot.core.limits import Limits
from bot.core.plan import Change, Plan, rows_of, undo_of
from bot.core.ports.changes import ChangesPort, Reverted
from bot.core.takes import one
from bot.core.target import Resource, TargetRef
from bot.core.wishes import WantedImages, WantedReplicas, WantedVariables, WorkloadWish
from deploy.demo.cluster.kubectl import Administered
from tests.cluster.webhook import DEPLOYMENTS, patching, webhook
from tests.cluster.world import applied
from tests.fakes.world import NOW, FakeEngine
from tests.harness import Conversation, Json, arguments_of, asked
from tests.journeys.test_cluster_changes import container, seen, workload

NAME = "lever"


@pytest.fixture
def lever(cluster: Administered) -> Iterator[str]:
    """A deployment of no pods: nothing has to start for it."""
    with applied(cluster, workload(NAME).replace("replicas: 1", "replicas: 0")):
        yield NAME


def sign(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def found(ann: Kubernetes) -> Resource:
    (thing,) = (await ann.find(TargetRef(NAME, namespace="shop", kind="deployment"), one("object"))).matches
    assert isinstance(thing, Resource)
    return thing


def port(ann: Kubernetes) -> ChangesPort:
    part = ann.port(ChangesPort)
    assert part
    return part


async def planned(ann: Kubernetes, wish: WorkloadWish, **more: bool) -> Plan:
    return await port(ann).plan_change(await found(ann), wish, **more)


def entry_of(plan: Plan, **more: Any) -> MadeObject:
    undo = undo_of(plan.patches[0])
    place = ("cluster", "shop", "deployment", NAME)
    known = {"undo": undo, "state": "made", **more}
    return MadeObject("e1", "c1", *place, "T0", "U0ANN", "C0", "1.0", "scale", 2e9, **known).sealed(sign)


def meddling(*, dry: bool, image: str = "evil:1") -> Any:
    """Sets another image: where it is only asked, or where it is meant, too."""

    def answer(asked: Json) -> Json:
        if asked["name"] != NAME or (bool(asked.get("dryRun")) and not dry):
            return {}
        place = "/spec/template/spec/containers/0/image"
        return patching({"op": "replace", "path": place, "value": image})

    return answer


async def test_what_a_webhook_adds_is_on_the_card_as_such(
    ann: Kubernetes, cluster: Administered, lever: str, tmp_path: Path
):
    async with webhook(cluster, tmp_path, meddling(dry=True), DEPLOYMENTS):
        plan = await planned(ann, WantedReplicas(1))
    rows = dict(rows_of(plan))
    assert rows["  spec.replicas"] == "0 → 1"
    assert rows["  spec.template.spec.containers.app.image"] == (
        '"cdebug/busybox:1" → "evil:1"  (the cluster makes this of it)'
    )
    assert plan.images == ("docker.io/library/evil:1",)


async def test_what_a_webhook_takes_back_is_refused_before_anybody_is_asked(
    ann: Kubernetes, cluster: Administered, lever: str, tmp_path: Path
):
    same = meddling(dry=True, image="cdebug/busybox:1")
    async with webhook(cluster, tmp_path, same, DEPLOYMENTS):
        with pytest.raises(ForbiddenByCluster, match=r"makes something else of it: .*image"):
            await planned(ann, WantedImages({"app": "good:1"}))


@pytest.mark.parametrize("passing", [True, False])
async def test_what_a_webhook_makes_of_it_after_the_approval_is_reported_and_taken_back(
    ann: Kubernetes, cluster: Administered, lever: str, tmp_path: Path, passing: bool
):
    before = seen(cluster, f"deploy/{lever}")
    once = iter([meddling(dry=False)])

    def answer(asked: Json) -> Json:
        return {} if asked.get("dryRun") or asked["name"] != NAME else next(once, lambda _: {})(asked)

    plan = await planned(ann, WantedReplicas(1))
    async with webhook(cluster, tmp_path, answer, DEPLOYMENTS):
        with pytest.raises(ForbiddenByCluster, match=r"makes something else of it: .*image") as said:
            await port(ann).change(plan.patches[0], entry_of(plan) if passing else None)
    assert "Nothing is left changed." in str(said.value)
    after = seen(cluster, f"deploy/{lever}")
    assert after["spec"] == before["spec"]
    assert after["metadata"].get("labels") == before["metadata"].get("labels")


async def test_what_was_changed_since_it_was_planned_is_not_changed(ann: Kubernetes, cluster: Administered, lever: str):
    plan = await planned(ann, WantedVariables({"LEVEL": "debug"}))
    cluster.run_kubectl("set", "env", f"deployment/{lever}", "LEVEL=mine", "--namespace", "shop")
    with pytest.raises(NotRunning, match="it was changed since it was planned for"):
        await port(ann).change(plan.patches[0], None)
    assert container(cluster, f"deploy/{lever}")["env"] == [{"name": "LEVEL", "value": "mine"}]


async def test_an_undo_is_of_all_of_a_change_or_of_nothing(ann: Kubernetes, cluster: Administered, lever: str):
    plan = await planned(ann, WantedVariables({"LEVEL": "debug", "NEW": "1"}), passing=True)
    entry = entry_of(plan)
    await port(ann).change(plan.patches[0], entry)
    cluster.run_kubectl("set", "env", f"deployment/{lever}", "LEVEL=mine", "--namespace", "shop")

    reverted = await port(ann).revert(entry)

    assert reverted.how == "left"
    assert re.fullmatch(
        r"spec\.template\.spec\.containers\.app\.env\.LEVEL\.value was changed since, by kubectl.*", reverted.why
    )
    env = container(cluster, f"deploy/{lever}")["env"]
    assert env == [{"name": "LEVEL", "value": "mine"}, {"name": "NEW", "value": "1"}]
    assert await port(ann).changed(()) == []


async def test_it_is_undone_exactly_whatever_else_was_changed_beside_it(
    ann: Kubernetes, cluster: Administered, lever: str
):
    plan = await planned(ann, WantedVariables({"LEVEL": None, "NEW": "1"}), passing=True)
    entry = entry_of(plan)
    await port(ann).change(plan.patches[0], entry)
    cluster.run_kubectl("set", "image", f"deployment/{lever}", "app=cdebug/busybox:2", "--namespace", "shop")
    cluster.run_kubectl("label", f"deployment/{lever}", "cdebug/protected=true", "--namespace", "shop")

    assert await port(ann).revert(entry) == Reverted("undone")

    now = container(cluster, f"deploy/{lever}")
    assert (now["env"], now["image"]) == ([{"name": "LEVEL", "value": "info"}], "cdebug/busybox:2")
    metadata = seen(cluster, f"deploy/{lever}")["metadata"]
    assert metadata["labels"] == {"cdebug/protected": "true"}
    assert not [name for name in metadata["annotations"] if name.startswith("cdebug/")]


@pytest.mark.parametrize(
    ("state", "made", "says"),
    [("intended", False, "nothing"), ("intended", True, "undone"), ("made", True, "undone")],
)
async def test_a_bot_that_was_killed_at_any_step_undoes_what_there_is(
    ann: Kubernetes, cluster: Administered, lever: str, state: str, made: bool, says: str
):
    plan = await planned(ann, WantedReplicas(1), passing=True)
    entry = entry_of(plan, state=state)
    if made:
        await port(ann).change(plan.patches[0], entry)
    assert (await port(ann).revert(entry)).how == says
    assert seen(cluster, f"deploy/{lever}")["spec"]["replicas"] == 0
    again = await port(ann).revert(replace(entry, state="made"))  # killed before it was written down
    assert again == Reverted("undone")


async def test_what_somebody_else_wants_so_by_now_is_not_undone(ann: Kubernetes, cluster: Administered, lever: str):
    """They set the same value: whoever undoes it reverts them."""
    plan = await planned(ann, WantedReplicas(1), passing=True)
    entry = entry_of(plan)
    await port(ann).change(plan.patches[0], entry)
    for count in (3, 1):
        cluster.run_kubectl("scale", f"deployment/{lever}", f"--replicas={count}", "--namespace", "shop")
    assert await port(ann).revert(entry) == Reverted("left", "spec.replicas was changed since, by kubectl")
    assert seen(cluster, f"deploy/{lever}")["spec"]["replicas"] == 1


async def test_the_first_annotation_of_all_is_undone_as_it_was_set(
    ann: Kubernetes, cluster: Administered, lever: str, tmp_path: Path
):

    def answer(asked: Json) -> Json:
        if asked["name"] != NAME or asked["object"]["spec"]["replicas"] == 0:
            return {}
        place = "/metadata/annotations/injected"
        return patching({"op": "add", "path": place, "value": "yes"})

    async with webhook(cluster, tmp_path, answer, DEPLOYMENTS):
        plan = await planned(ann, WantedReplicas(1), passing=True)
        entry = entry_of(plan)
        await port(ann).change(plan.patches[0], entry)
        assert await port(ann).revert(entry) == Reverted("undone")
    assert "injected" not in str(seen(cluster, f"deploy/{lever}")["metadata"])


async def test_what_is_kept_to_put_back_is_not_shown_by_inspect(
    shop_channel: Conversation, ann: Kubernetes, lever: str
):
    plan = await planned(ann, WantedVariables({"DB_PASSWORD": "correct-horse-battery"}), passing=True)
    await port(ann).change(plan.patches[0], entry_of(plan))
    root, _ = await shop_channel.run(f"inspect deploy/{lever}")
    (file,) = [file for message in await shop_channel.thread(root) for file in message["files"]]
    said = (await shop_channel.slack.file(file)).decode()
    assert "DB_PASSWORD" in said
    assert "correct-horse" not in said
    assert "cdebug/undo" not in said


async def test_arguments_show_no_secret_that_stands_in_the_object(
    shop_channel: Conversation, cluster: Administered, lever: str
):
    cluster.run_kubectl("set", "env", f"deployment/{lever}", "API_TOKEN=hunter2hunter2", "--namespace", "shop")
    _, card = await asked(shop_channel, f"set env deploy/{lever} API_TOKEN-")
    shown = await arguments_of(shop_channel, card)
    assert "API_TOKEN" in shown
    assert "hunter2" not in shown


async def test_what_took_its_name_or_lost_its_mark_is_left(ann: Kubernetes, cluster: Administered, lever: str):
    plan = await planned(ann, WantedReplicas(1), passing=True)
    entry = entry_of(plan)
    await port(ann).change(plan.patches[0], entry)
    cluster.run_kubectl("label", f"deployment/{lever}", f"{LABEL}-", "--namespace", "shop")
    assert await port(ann).revert(entry) == Reverted("left", "its mark was taken off")
    assert seen(cluster, f"deploy/{lever}")["spec"]["replicas"] == 1
    assert await port(ann).revert(replace(entry, name="nosuch")) == Reverted("left", "it is gone")
    elsewhere = replace(entry, undo=entry.undo.replace(plan.patches[0].thing.id, "another"))  # type: ignore[union-attr]
    assert await port(ann).revert(elsewhere) == Reverted("left", "another has taken its place")


async def test_another_undo_than_the_sealed_one_is_nobodys(ann: Kubernetes, cluster: Administered, lever: str):
    plan = await planned(ann, WantedReplicas(1), passing=True)
    await port(ann).change(plan.patches[0], entry_of(plan))
    ((_, ours),) = await port(ann).changed(())
    assert ours.is_ours(sign)

    image = Edit(("spec", "template", "spec", "containers", "app", "image"), "evil:1", "cdebug/busybox:1")
    forged = undo_of(Change(plan.patches[0].thing, (), (image,)))
    cluster.run_kubectl(
        "annotate", "--overwrite", f"deployment/{lever}", f"cdebug/undo={forged}", "--namespace", "shop"
    )

    ((_, theirs),) = await port(ann).changed(())
    assert theirs.undo == forged
    assert not theirs.is_ours(sign)


async def test_a_forged_mark_is_neither_listed_nor_undone_and_said_to_be_in_the_way(
    shop_channel: Conversation, cluster: Administered, lever: str
):
    forged = json.dumps({"id": "", "edits": [Edit(("spec", "replicas"), 9, 0).to_json()]})
    marks = (
        f"cdebug/undo={forged}",
        "cdebug/user=U0ANN",
        "cdebug/team=T0PLAY",
        "cdebug/expires=1",
        f"cdebug/seal={'0' * 40}",
    )
    cluster.run_kubectl("annotate", f"deployment/{lever}", *marks, "--namespace", "shop")
    cluster.run_kubectl("label", f"deployment/{lever}", f"{LABEL}=forged", "--namespace", "shop")

    await shop_channel.run(f"scale deploy/{lever} --replicas 1 --for 30m", ends="failed")
    assert "somebody else put its label `cdebug/made` there" in str(await shop_channel.messages())
    await shop_channel.type(f"/cdebug clean {lever}")
    await shop_channel.whispered("cdebug made nothing that is called")
    assert seen(cluster, f"deploy/{lever}")["spec"]["replicas"] == 0


async def test_an_approval_is_void_for_what_was_changed_meanwhile(
    shop_channel: Conversation, cluster: Administered, lever: str
):
    root, card = await asked(shop_channel, f"set env deploy/{lever} LEVEL=debug --no-wait")
    cluster.run_kubectl("set", "image", f"deployment/{lever}", "app=cdebug/busybox:2", "--namespace", "shop")
    await shop_channel.as_("U0BOB").press(card, "Approve")
    root = await shop_channel.ended(root, "denied")
    assert "is void" in root["text"]
    assert container(cluster, f"deploy/{lever}")["env"] == [{"name": "LEVEL", "value": "info"}]


async def test_who_has_set_a_field_can_write_nothing_else_on_the_card(
    shop_channel: Conversation, cluster: Administered, lever: str
):
    manager = "nobody, <!channel> *approved* by <@U0BOB>"
    patch = json.dumps({"spec": {"replicas": 2}})
    cluster.run_kubectl("patch", f"deployment/{lever}", "--namespace", "shop", "--field-manager", manager, "-p", patch)
    _, card = await asked(shop_channel, f"scale deploy/{lever} --replicas 0")
    shown = json.dumps(card["blocks"], ensure_ascii=False)
    assert "nobody, " in shown
    assert "<!channel>" not in card["text"]
    assert "<@U0BOB>" not in card["text"].partition("Who can approve")[0]


RULES = ImageRules(allowed=("ghcr.io/acme/*", "busybox:1.35"), mirror="reg.corp/hub")


@pytest.mark.parametrize(
    "image",
    [
        "busybox", "busybox:1.36", "docker.io/library/busybox:latest", "netshoot", "attacker/busybox:1.35",
        "reg.corp/hub/attacker/x:1", "ghcr.io/acme-evil/x:1", f"busybox@sha256:{'0' * 64}", "toolbox",
    ],
)  # fmt: skip
def test_an_image_outside_the_list_is_set_by_no_name(image: str):
    bench = Bench(FakeEngine(), NOW, Limits(images=RULES))
    for words in (f"app={image}", f"*={image}"):
        with pytest.raises(Denied, match="cdebug may not start the image"):
            SetImage(words=("deploy/web", words)).resolved(bench)


@pytest.mark.parametrize("image", ["busybox:1.36", "netshoot", "attacker/busybox:1.35"])
def test_no_sidecar_is_of_an_image_outside_the_list(image: str):
    with pytest.raises(Denied, match="cdebug may not start the image"):
        Sidecar(target="deploy/web", image=image).resolved(Bench(FakeEngine(), NOW, Limits(images=RULES)))


@pytest.mark.parametrize(
    ("image", "whole"),
    [("busybox:1.35", "reg.corp/hub/library/busybox:1.35"), ("ghcr.io/acme/web:2", "ghcr.io/acme/web:2")],
)
def test_an_image_of_the_list_is_set_by_its_whole_name(image: str, whole: str):
    bench = Bench(FakeEngine(), NOW, Limits(images=RULES))
    assert SetImage(words=("deploy/web", f"app={image}")).resolved(bench) == WantedImages({"app": whole})
