"""What the engine's inspect says of a container, in the words that every engine shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.backends.docker.context import DockerContext
from bot.core.ports.facts import Attachment, Detail, Probe
from bot.core.target import Container
from bot.core.units import parse_engine_time


class DockerDetails:
    """Reads one container whole."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def detail(self, container: Container) -> Detail:
        """Raises NotFound, TimedOut, Unavailable."""
        seen = await self._client.call("describe", container, lambda api: api.inspect_container(container.id))
        return detail_of(container, seen)


def detail_of(container: Container, seen: Mapping[str, Any]) -> Detail:
    """Source: Docker Engine API v1.41, ContainerInspect."""
    state, config, host = seen["State"], seen["Config"], seen["HostConfig"]
    health = state.get("Health") or {}
    return Detail(
        container=container,
        digest=seen.get("Image", ""),
        command=tuple([seen["Path"], *seen["Args"]] if seen.get("Path") else config.get("Cmd") or ()),
        user=config.get("User", ""),
        workdir=config.get("WorkingDir", ""),
        created=parse_engine_time(seen["Created"]),
        started=parse_engine_time(state["StartedAt"]),
        finished=parse_engine_time(state["FinishedAt"]),
        exit_code=state["ExitCode"],
        oom_killed=state["OOMKilled"],
        error=state["Error"],
        pid=state["Pid"],
        restarts=seen["RestartCount"],
        restart_policy=_restart_policy(host.get("RestartPolicy") or {}),
        health=health.get("Status", "") if health.get("Status") != "none" else "",
        failing_streak=health.get("FailingStreak", 0),
        probes=tuple(_probe(entry) for entry in health.get("Log") or ()),
        memory_limit=host.get("Memory") or 0,
        cpus=_cpus(host),
        pids_limit=max(0, host.get("PidsLimit") or 0),
        mounts=tuple(_mount(mount) for mount in seen.get("Mounts") or ()),
        ports=tuple(_ports(seen["NetworkSettings"].get("Ports") or {})),
        networks=tuple(_networks(seen["NetworkSettings"].get("Networks") or {})),
        dns=tuple(host.get("Dns") or ()),
    )


def _restart_policy(policy: Mapping[str, Any]) -> str:
    name, most = policy.get("Name") or "no", policy.get("MaximumRetryCount") or 0
    return f"{name}:{most}" if most else str(name)


def _cpus(host: Mapping[str, Any]) -> float:
    if host.get("NanoCpus"):
        return float(host["NanoCpus"]) / 1e9
    quota, period = host.get("CpuQuota") or 0, host.get("CpuPeriod") or 100_000
    return quota / period if quota > 0 else 0.0


def _probe(entry: Mapping[str, Any]) -> Probe:
    return Probe(parse_engine_time(entry["Start"]), entry["ExitCode"], entry["Output"])


def _mount(mount: Mapping[str, Any]) -> str:
    source = mount.get("Name") or mount.get("Source") or mount["Type"]
    return f"{source} → {mount['Destination']} ({mount['Type']}, {'rw' if mount['RW'] else 'ro'})"


def _ports(ports: Mapping[str, Any]) -> list[str]:
    shown = []
    for inside, outside in ports.items():
        shown += [f"{bound['HostIp']}:{bound['HostPort']}→{inside}" for bound in outside or ()] or [inside]
    return list(dict.fromkeys(shown))


def _networks(networks: Mapping[str, Any]) -> list[Attachment]:
    return [
        Attachment(
            name, place["IPAddress"], place["Gateway"], place["MacAddress"],
            tuple(place.get("Aliases") or ()),
        )
        for name, place in networks.items()
    ]  # fmt: skip
