"""Somebody who may have a debug container, and wants one of more power, of a longer life, or somebody else's."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import docker
import pytest

from bot.actions.debug.debug import Debug
from bot.backends.docker import Docker, connect
from bot.core.bench import Bench
from bot.core.errors import Denied, NotFound
from bot.core.images import ImageRules
from bot.core.ledger import LABEL, MadeObject
from bot.core.limits import Limits
from bot.core.person import Person
from bot.core.plan import Plan
from bot.core.ports.helpers import HelperQuery, HelpersPort
from bot.core.ports.making import MakingPort
from bot.core.powers import Wish
from bot.core.takes import many, one
from bot.core.target import Container, TargetRef
from tests.fakes.world import NOW
from tests.harness import Conversation, Json, asked, make, wait_until

TARGET = "fortress"


@pytest.fixture(scope="module")
def fortress(containers: docker.APIClient, toolbox: str) -> str:
    assert toolbox
    make(containers, TARGET, "exec sleep 3600", user="1000:1000", volumes=["/anonymous"])
    return TARGET


@pytest.fixture
async def engine_itself(engine: str) -> AsyncIterator[Docker]:
    real = connect("local", engine)
    yield real
    await real.close()


async def found(engine: Docker, name: str = TARGET) -> Container:
    (thing,) = (await engine.find(TargetRef(name), one("container"))).matches
    assert isinstance(thing, Container)
    return thing


async def planned(engine: Docker, **more: Any) -> Plan:
    part = engine.port(HelpersPort)
    assert part
    return await part.plan_helper(await found(engine), HelperQuery("cdebug-toolbox:latest", **{"seconds": 60, **more}))


def helpers(api: docker.APIClient) -> list[Json]:
    return list(api.containers(all=True, filters={"label": LABEL}))


async def approved(channel: Conversation, command: str) -> Json:
    root, card = await asked(channel, command)
    await channel.as_("U0BOB").press(card, "Approve")
    return await channel.ended(root, "done", patience_s=30)


@pytest.mark.usefixtures("bot", "fortress")
@pytest.mark.parametrize(
    "command",
    [
        "exec {} -- id",
        "sh {}",
        "cat {} /proc/1/root/etc/passwd",
        "ls {} /",
        "cp {}:/etc/passwd",
        "kill {} --run aabbccdd",
        "debug {}",
    ],
)
async def test_nobody_enters_a_debug_container_past_the_approval_of_debug(
    channel: Conversation, containers: docker.APIClient, command: str
):
    if not helpers(containers):
        await approved(channel, f"debug {TARGET} --profile general -- true")
    name = helpers(containers)[0]["Names"][0].lstrip("/")

    root, _ = await channel.run(command.format(name), ends="denied")

    assert "nobody enters by itself" in root["text"]


@pytest.mark.usefixtures("bot", "fortress")
async def test_what_took_the_name_of_a_debug_container_is_not_used(
    channel: Conversation, containers: docker.APIClient, engine_itself: Docker
):
    """A container that somebody else made, with labels that claim to be cdebug's."""
    (helper,) = (await planned(engine_itself, seconds=120)).creates
    labels = {LABEL: "forged", "cdebug/expires": "99999999999", "cdebug/seal": "0" * 40}
    made = make(containers, helper.name, "exec sleep 60", labels=labels)
    root, card = await asked(channel, f"debug {TARGET} --for 2m -- id")

    await channel.as_("U0BOB").press(card, "Approve")

    await channel.ended(root, "failed")
    await channel.replied(root, "something that cdebug did not make has its name")
    assert containers.inspect_container(made)["State"]["Running"]  # nor was it removed
    containers.remove_container(made, force=True)


@pytest.mark.usefixtures("fortress")
@pytest.mark.parametrize(
    ("wish", "gained"),
    [
        (Wish(), ()),
        (Wish("restricted"), ()),
        (Wish(user="1000"), ()),
        (Wish("auto", capabilities=("SYS_PTRACE",)), ("SYS_PTRACE",)),
    ],
)
async def test_the_plan_holds_each_capability_that_its_container_gets(
    engine_itself: Docker, containers: docker.APIClient, wish: Wish, gained: tuple[str, ...]
):
    plan = await planned(engine_itself, wish=wish)
    (helper,) = plan.creates
    body: Any = helper.spec
    host = body["HostConfig"]

    assert plan.capabilities == gained
    assert set(host["CapAdd"]) >= set(gained)
    assert (host["CapDrop"], host["SecurityOpt"]) == (["ALL"], ["no-new-privileges"])
    assert "Privileged" not in host
    assert host["Memory"]
    assert host["PidsLimit"]


@pytest.mark.usefixtures("fortress")
async def test_no_profile_makes_a_privileged_container(engine_itself: Docker):
    plan = await planned(engine_itself, wish=Wish("sysadmin"))
    assert "SYS_ADMIN" in plan.capabilities
    assert "Privileged" not in str(plan.creates)


async def test_the_network_of_the_host_is_in_the_plan(
    engine_itself: Docker, containers: docker.APIClient, toolbox: str
):
    make(containers, "on-host", "exec sleep 600", host={"network_mode": "host", "pid_mode": "host"})
    part = engine_itself.port(HelpersPort)
    assert part
    plan = await part.plan_helper(await found(engine_itself, "on-host"), HelperQuery(toolbox, 60))
    assert set(plan.host_namespaces) == {"pid", "network"}


@pytest.mark.usefixtures("fortress")
async def test_a_helper_ends_and_is_gone_at_its_end_though_no_bot_lives(
    engine_itself: Docker, containers: docker.APIClient
):
    (helper,) = (await planned(engine_itself, seconds=2)).creates
    made = containers.create_container_from_config(dict(helper.spec), "orphan")  # type: ignore[no-untyped-call]
    containers.start(made["Id"])
    left = containers.exec_create(made["Id"], ["sleep", "300"])
    containers.exec_start(left["Id"], detach=True)

    wait_until(lambda: not containers.containers(all=True, filters={"name": "orphan"}), "the helper to be gone", 15)

    assert "sleep 300" not in str(containers.top(TARGET)["Processes"])


@pytest.mark.usefixtures("fortress")
async def test_a_volume_without_a_name_outlives_the_helper_that_had_it(
    engine_itself: Docker, containers: docker.APIClient
):
    (helper,) = (await planned(engine_itself, seconds=30)).creates
    made = containers.create_container_from_config(dict(helper.spec), "borrower")  # type: ignore[no-untyped-call]
    containers.start(made["Id"])
    (volume,) = [it["Name"] for it in containers.inspect_container(made["Id"])["Mounts"]]

    containers.remove_container(made["Id"], force=True, v=True)

    time.sleep(0.5)
    assert containers.inspect_volume(volume)


@pytest.mark.usefixtures("fortress")
@pytest.mark.parametrize(
    "image",
    ["busybox", "alpine:3.18", "docker.io/library/busybox@sha256:" + "0" * 64, "mirror.example/library/busybox:1.35"],
)
async def test_an_image_outside_the_list_is_refused_by_whatever_name(engine_itself: Docker, image: str):
    rules = ImageRules(mirror="mirror.example", allowed=("nicolaka/*",))
    bench = Bench(engine_itself, NOW, Limits(images=rules))
    with pytest.raises(Denied, match="cdebug may not start the image"):
        await Debug(target=TARGET, image=image).plan(await found(engine_itself), bench)


@pytest.mark.usefixtures("fortress")
async def test_an_image_that_is_another_by_the_time_of_the_approval_is_not_started(engine_itself: Docker):
    """A tag can be moved between the card and the run: what is started is what the tag meant on the card."""
    (helper,) = (await planned(engine_itself)).creates
    assert str(helper.spec["Image"]).startswith("sha256:")


@pytest.mark.usefixtures("fortress")
async def test_labels_of_the_target_that_others_read_are_not_on_its_helper(
    channel: Conversation, bot: Any, containers: docker.APIClient
):
    """A proxy that finds its backends by labels would send them traffic; compose would take it for its own."""
    labels = {"traefik.enable": "true", "com.docker.compose.service": "shop", "com.docker.compose.project": "acme"}
    make(containers, "routed", "exec sleep 600", labels=labels)
    await approved(channel, "debug routed -- true")
    target = containers.inspect_container("routed")["Id"]
    (made,) = [it for it in helpers(containers) if it["Labels"]["cdebug/beside"] == target]
    assert not {name for name in made["Labels"] if name.startswith(("traefik", "com.docker"))}
    assert made["Labels"]["cdebug/of/traefik.enable"] == "true"

    root, _ = await channel.run("logs acme/shop")  # the service is one container still

    assert "match" not in root["text"]


async def test_a_path_of_the_host_is_in_the_plan_mounted_or_not(
    engine_itself: Docker, containers: docker.APIClient, toolbox: str
):
    """What isn't mounted is read under /proc/PID/root all the same."""
    make(containers, "with-host", "exec sleep 600", host={"binds": {"/etc": {"bind": "/host", "mode": "ro"}}})
    part = engine_itself.port(HelpersPort)
    assert part
    for volumes in (True, False):
        plan = await part.plan_helper(
            await found(engine_itself, "with-host"), HelperQuery(toolbox, 60, volumes=volumes)
        )
        assert plan.host_paths == ("/etc",)


async def test_the_hosts_namespace_is_in_the_plan_by_whomever_it_is_shared(
    engine_itself: Docker, containers: docker.APIClient, toolbox: str
):
    first = make(containers, "sharing", "exec sleep 600", host={"network_mode": "host"})
    make(containers, "shared-with", "exec sleep 600", host={"network_mode": f"container:{first}"})
    part = engine_itself.port(HelpersPort)
    assert part
    plan = await part.plan_helper(await found(engine_itself, "shared-with"), HelperQuery(toolbox, 60))
    assert plan.host_namespaces == ("network",)


@pytest.mark.usefixtures("fortress")
async def test_an_image_that_policy_hides_is_not_there(engine_itself: Docker, toolbox: str):
    person = Person("T0", "U0EVE", "eve")
    hiding = engine_itself.seen_by(person, lambda thing: thing.kind != "image")  # type: ignore[union-attr]
    part = hiding.port(HelpersPort)
    assert part
    with pytest.raises(NotFound, match="the engine does not have the image"):
        await part.plan_helper(await found(engine_itself), HelperQuery(toolbox, 60))


async def test_whoever_may_not_see_a_container_sees_nothing_that_stands_beside_it(
    engine_itself: Docker, containers: docker.APIClient, toolbox: str
):
    make(containers, "payroll-db", "exec sleep 600", labels={"team": "payroll"})
    part = engine_itself.port(HelpersPort)
    making = engine_itself.port(MakingPort)
    assert part
    assert making
    (helper,) = (await part.plan_helper(await found(engine_itself, "payroll-db"), HelperQuery(toolbox, 60))).creates
    place = ("local", helper.scope.namespace, "container", helper.name)
    entry = MadeObject("e1", "c1", *place, "T0", "U0ANN", "C0", "1.0", "debug", 2e9)
    made = await making.make(helper, entry)
    eve = engine_itself.seen_by(
        Person("T0", "U0EVE", "eve"), lambda thing: not getattr(thing, "name", "").startswith("payroll")
    )

    everybody = await eve.find(TargetRef(), many("container"))

    assert made.name not in str(everybody)
    seen_by_eve = eve.port(MakingPort)
    assert seen_by_eve
    assert made.name not in str(await seen_by_eve.made())
    assert made.labels["team"] == "payroll"
    await making.unmake(entry)


@pytest.mark.usefixtures("bot", "fortress")
async def test_labels_of_an_image_are_not_taken_for_those_of_the_target(
    channel: Conversation, containers: docker.APIClient
):
    """Whoever builds an image would else decide who sees the helper, in which project, and that it is not cdebug's."""
    labels = {"team": "public", "com.docker.compose.project": "acme", "cdebug/of/team": "public", "cdebug/expires": "9"}
    containers.commit(TARGET, "labelled", "1", conf={"Labels": labels})

    for _ in range(2):
        await approved(channel, f"debug {TARGET} --image labelled:1 -- true")

    (made,) = [it for it in helpers(containers) if it["Labels"].get("team") == ""]
    assert made["Labels"]["com.docker.compose.project"] == ""
    await channel.type("/cdebug clean")
    await channel.whispered(f"`local/{made['Names'][0].lstrip('/')}` by `debug`")
