"""A container's JSON as facts, which also say how it is reached, and an image's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.backends.docker.context import DockerContext
from bot.core.facts.containers import Attachment, ContainerFacts, ContainerPort, ContainerState, Mount, ProbeResult
from bot.core.facts.images import ImageFacts
from bot.core.target import Container
from bot.core.units import parse_engine_time

Json = Mapping[str, Any]
_ID = 12  # letters, as `docker images` has it


class DockerFacts:
    """Reads one container whole."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def facts(self, container: Container) -> ContainerFacts:
        """Raises NotFound, TimedOut, Unavailable."""
        seen = await self._client.call("describe", container, lambda api: api.inspect_container(container.id))
        return facts_of(container, seen)

    async def reach(self, container: Container) -> ContainerFacts:
        """Its networks, ports and DNS are all that the engine knows of how it is reached."""
        return await self.facts(container)


def facts_of(container: Container, seen: Json) -> ContainerFacts:
    """Source: Docker Engine API v1.41, ContainerInspect."""
    state, config, host_config = seen["State"], seen["Config"], seen["HostConfig"]
    health = state.get("Health") or {}
    return ContainerFacts(
        name=container.name,
        image=_started_by(container, config),
        id=container.id,
        digest=seen.get("Image") or container.image_id,
        command=tuple([seen["Path"], *seen["Args"]] if seen.get("Path") else config.get("Cmd") or ()),
        user=config.get("User", ""),
        workdir=config.get("WorkingDir", ""),
        created=parse_engine_time(seen["Created"]),
        state=ContainerState(
            # Not the list's word: that is of another moment than the status.
            state["Status"], message=state["Error"], exit_code=state["ExitCode"], oom_killed=state["OOMKilled"],
            started=parse_engine_time(state["StartedAt"]), finished=parse_engine_time(state["FinishedAt"]),
        ),
        pid=state["Pid"],
        restarts=seen["RestartCount"],
        restart_policy=_restart_policy(host_config.get("RestartPolicy") or {}),
        health=health.get("Status", "") if health.get("Status") != "none" else "",
        failing_streak=health.get("FailingStreak", 0),
        probes=tuple(_probe(entry) for entry in health.get("Log") or ()),
        memory_limit=host_config.get("Memory") or 0,
        cpus=_cpus(host_config),
        pids_limit=max(0, host_config.get("PidsLimit") or 0),
        mounts=tuple(_mount(mount) for mount in seen.get("Mounts") or ()),
        ports=_ports(seen["NetworkSettings"].get("Ports") or {}),
        network_mode=host_config.get("NetworkMode") or "",
        networks=tuple(_networks(seen["NetworkSettings"].get("Networks") or {})),
        dns=tuple(host_config.get("Dns") or ()),
    )  # fmt: skip


def _started_by(container: Container, config: Json) -> str:
    """The name that it was started by. Where that is another image's now, or nobody's, the engine lists an id."""
    name, listed = config.get("Image") or container.image, container.image
    if name.startswith("sha256:") or not listed.startswith("sha256:"):
        return short_id(name)
    return f"{name} (no longer its name: this is {short_id(listed)})"


def short_id(name: str) -> str:
    """The first letters of an image's id; a name as it is."""
    return name.removeprefix("sha256:")[:_ID] if name.startswith("sha256:") else name


def image_facts_of(seen: Json, used_by: tuple[str, ...]) -> ImageFacts:
    """Source: Docker Engine API v1.41, ImageInspect."""
    config = seen.get("Config") or {}
    return ImageFacts(
        id=seen["Id"],
        names=tuple(seen.get("RepoTags") or ()),
        digests=tuple(seen.get("RepoDigests") or ()),
        size=int(seen.get("Size") or 0),
        created=parse_engine_time(seen.get("Created") or ""),
        platform="/".join(filter(None, (seen.get("Os"), seen.get("Architecture"), seen.get("Variant")))),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "",
        ports=tuple(config.get("ExposedPorts") or ()),
        volumes=tuple(config.get("Volumes") or ()),
        environment=tuple(it.partition("=")[0] for it in config.get("Env") or ()),
        check=" ".join((config.get("Healthcheck") or {}).get("Test") or ()),
        layers=len((seen.get("RootFS") or {}).get("Layers") or ()),
        labels=tuple((config.get("Labels") or {}).items()),
        used_by=used_by,
    )


def _restart_policy(policy: Json) -> str:
    name, most = policy.get("Name") or "no", policy.get("MaximumRetryCount") or 0
    return f"{name}:{most}" if most else str(name)


def _cpus(host_config: Json) -> float:
    if host_config.get("NanoCpus"):
        return float(host_config["NanoCpus"]) / 1e9
    quota, period = host_config.get("CpuQuota") or 0, host_config.get("CpuPeriod") or 100_000
    return quota / period if quota > 0 else 0.0


def _probe(entry: Json) -> ProbeResult:
    return ProbeResult(parse_engine_time(entry["Start"]), entry["ExitCode"], entry["Output"])


def _mount(mount: Json) -> Mount:
    source = mount.get("Name") or mount.get("Source") or mount["Type"]
    return Mount(source, mount["Destination"], mount["RW"], mount["Type"])


def _ports(ports: Json) -> tuple[ContainerPort, ...]:
    found = []
    for inside, outside in ports.items():
        bound = [ContainerPort(inside, bound=f"{it['HostIp']}:{it['HostPort']}") for it in outside or ()]
        found += bound or [ContainerPort(inside)]
    return tuple(dict.fromkeys(found))


def _networks(networks: Json) -> list[Attachment]:
    return [
        Attachment(
            name, place["IPAddress"], place.get("GlobalIPv6Address") or "", place["Gateway"], place["MacAddress"],
            tuple(place.get("Aliases") or ()),
        )
        for name, place in networks.items()
    ]  # fmt: skip
