"""A container's use of the machine, a sample a second.

The engine's first answer has no earlier one to compare with, so the first sample is made of two.
Source: Docker Engine API v1.41, ContainerStats; memory as `docker stats` shows it, without the page
cache that the kernel would give back first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.backends.docker.context import DockerContext
from bot.backends.docker.streams import lines_of
from bot.core.ports.usage import Traffic, Usage
from bot.core.target import Container, Thing
from bot.core.units import parse_engine_time
from bot.together import gather

_SILENT = 3  # answers without a figure: the engine goes on sending them for a container that has ended


class DockerStats:
    """Measures containers."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def usages(self, things: Sequence[Thing], seconds: float) -> list[Usage]:
        """The engine measures once a second. Raises TimedOut, Unavailable."""
        containers = [it for it in things if isinstance(it, Container)]
        found = await gather(self._measured(it, seconds) for it in containers)
        return [usage for each in found for usage in each]

    async def _measured(self, container: Container, seconds: float) -> list[Usage]:
        """Of one container, until the time is over or it ends; one where the time is zero."""
        found: list[Usage] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds or None), aclosing(self._samples(container)) as stream:
                async for usage in stream:
                    found.append(usage)
                    if not seconds:
                        break
        return found

    async def _samples(self, container: Container) -> AsyncGenerator[Usage, None]:
        path = f"/containers/{container.id}/stats"
        async with (
            self._client.stream("measure", container, path, {"stream": "1"}) as content,
            aclosing(lines_of(content)) as lines,
        ):
            silent = 0
            async for line, _ in lines:
                usage = usage_of(container.name, json.loads(line))
                silent = 0 if usage else silent + 1
                if usage:
                    yield usage
                if silent == _SILENT:
                    return


def usage_of(name: str, seen: Mapping[str, Any]) -> Usage | None:
    """None for the first answer of a stream and for a container that isn't running."""
    before, cpu = seen.get("precpu_stats") or {}, seen.get("cpu_stats") or {}
    if not cpu.get("system_cpu_usage") or not before.get("system_cpu_usage"):
        return None
    memory, networks = seen["memory_stats"], (seen.get("networks") or {}).values()
    return Usage(
        at=parse_engine_time(seen["read"]) or datetime.now(UTC),
        name=name,
        cpu=_cores(before, cpu),
        memory=_used(memory),
        memory_limit=memory.get("limit", 0),
        traffic=Traffic(
            received=sum(it["rx_bytes"] for it in networks),
            sent=sum(it["tx_bytes"] for it in networks),
            read=_blocks(seen, "read"),
            written=_blocks(seen, "write"),
        ),
        processes=(seen.get("pids_stats") or {}).get("current", 0),
    )


def _cores(before: Mapping[str, Any], cpu: Mapping[str, Any]) -> float:
    used = cpu["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    passed = cpu["system_cpu_usage"] - before["system_cpu_usage"]
    cores = cpu.get("online_cpus") or len(cpu["cpu_usage"].get("percpu_usage") or [1])
    return cores * used / passed if passed > 0 and used > 0 else 0.0


def _used(memory: Mapping[str, Any]) -> int:
    details = memory.get("stats") or {}
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))  # cgroup v1, v2
    usage: int = memory.get("usage", 0)
    return usage - cache if cache < usage else usage


def _blocks(seen: Mapping[str, Any], way: str) -> int:
    entries = (seen.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    return sum(entry["value"] for entry in entries if entry["op"].lower() == way)
