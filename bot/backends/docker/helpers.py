"""Planning a helper beside a container: in its namespaces, with its volumes, and no power that it has not.

Source: Docker Engine API v1.41, ContainerCreate (HostConfig), ContainerTop, ContainerInspect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.backends.docker.context import BESIDE, SECRETS, DockerContext, capped
from bot.backends.docker.files import is_in
from bot.core.errors import NotFound, NotRunning
from bot.core.images import parse_image
from bot.core.plan import Plan
from bot.core.ports.helpers import HelperQuery
from bot.core.powers import Power, passed_over, power_of, ways
from bot.core.target import Container, Image, NewObject

Json = Mapping[str, Any]
_MEMORY, _PROCESSES = 256 * 2**20, 256
_DIGEST = 16
_MODES = (("pid", "PidMode"), ("network", "NetworkMode"), ("ipc", "IpcMode"))
_MOST_LINKS = 5


class DockerHelpers:
    """The spec of a helper is the body of ContainerCreate."""

    def __init__(self, context: DockerContext) -> None:
        self._context, self._client = context, context.client

    async def plan_helper(self, container: Container, query: HelperQuery) -> Plan:
        """Raises NotRunning, NotFound for the image, TimedOut, Unavailable."""
        seen = await self._seen(container.id)
        if not seen["State"]["Running"] or seen["State"].get("Restarting"):
            raise NotRunning(
                "cannot debug", container, why=f"it is {seen['State']['Status']}: there is no process to stand beside",
                hint="`logs` says how it ended; `cat`, `ls` and `cp` read its files all the same.",
            )  # fmt: skip
        image, labels = await self._image(query.image)
        host, every = seen["HostConfig"], [it for it in seen.get("Mounts") or () if it["Type"] in ("bind", "volume")]
        target = power_of(
            await self._user(container, int(seen["State"]["Pid"])),
            host.get("CapAdd") or [], host.get("CapDrop") or [], privileged=bool(host.get("Privileged")),
        )  # fmt: skip
        way, *_ = ways(query.wish, target)
        mounts = every if query.volumes else []
        environment = list((seen.get("Config") or {}).get("Env") or ()) if query.environment else []
        body = {
            "Image": image,
            "User": way.power.user,
            "Entrypoint": ["sleep"],
            "Cmd": [str(query.seconds)],
            **({"Env": environment} if environment else {}),
            "Labels": {**dict.fromkeys(labels, ""), BESIDE: container.id},  # an image's would be taken for its own
            "HostConfig": _host_config(container, host, mounts, way.power),
        }
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:_DIGEST]
        return Plan(
            images=(query.image,),
            capabilities=way.power.gained_over(target),
            host_namespaces=await self._of_host(host),
            host_paths=tuple(it["Source"] for it in every if it["Type"] == "bind"),  # mounted, or under /proc/PID/root
            secrets=sum(is_in(it["Destination"], SECRETS[0]) for it in seen.get("Mounts") or ()),
            creates=(NewObject(container.scope, f"cdebug-{digest}", body, container.labels, stays=True),),
            ends_s=float(query.seconds),
            passed_over=passed_over(way, query.wish),
            about=(("runs", way.name), ("user", way.power.user), *_volumes(mounts)),
            looked_up=((query.image, image),),
            warnings=_warnings(host, query),
        )

    async def _seen(self, container_id: str) -> Json:
        seen: Json = await self._client.call(
            "inspect", container_id[:12], lambda api: api.inspect_container(container_id)
        )
        return seen

    async def _image(self, name: str) -> tuple[str, Mapping[str, str]]:
        """Its id, for what a name stands for may change until it is started, and its labels. One that may not be seen
        isn't there.
        """
        try:
            seen: Json = await self._client.call(
                "find the image",
                name,
                lambda api: api.inspect_image(name),  # type: ignore[no-untyped-call]
            )
            labels = capped((seen.get("Config") or {}).get("Labels"))
            if not self._context.sees(Image(self._context.scope, seen["Id"], parse_image(name).familiar, labels)):
                raise NotFound("hidden")
        except NotFound as error:
            raise NotFound(
                "the engine does not have the image", name, why="cdebug pulls none",
                hint="`images --catalogue` shows which are there; whoever runs the engine can `docker pull` it.",
            ) from error  # fmt: skip
        return str(seen["Id"]), labels

    async def _user(self, container: Container, pid: int) -> str:
        """Of its first process, as it is now: the image's user may be a name. Empty where that has gone meanwhile."""
        seen = await self._client.call(
            "list the processes of", container, lambda api: api.top(container.id, "-eo pid,uid,gid")
        )
        rows = {row[0]: ":".join(row[1:3]) for row in seen["Processes"] or ()}
        return rows.get(str(pid), "")

    async def _of_host(self, host: Json) -> tuple[str, ...]:
        """Which of the host's namespaces the target is in, by itself or by those whose it shares."""
        found = []
        for name, field in _MODES:
            mode, links = host.get(field) or "", _MOST_LINKS
            while mode.startswith("container:") and links:
                mode, links = (await self._seen(mode.partition(":")[2]))["HostConfig"].get(field) or "", links - 1
            if mode == "host" or mode.startswith("container:"):
                found.append(name)
        return tuple(found)

    def mark_of(self, container: Container) -> str:
        """Its hostname's file, which the engine mounts from the container's own folder."""
        return f"/containers/{container.id}/"


def _host_config(container: Container, host: Json, mounts: list[Json], power: Power) -> dict[str, object]:
    beside = f"container:{container.id}"
    return {
        "PidMode": beside,
        "NetworkMode": beside,
        **(
            {"IpcMode": beside} if host.get("IpcMode") in ("host", "shareable") else {}
        ),  # a private one can't be joined
        **({"UsernsMode": host["UsernsMode"]} if host.get("UsernsMode") else {}),
        "Mounts": [_mount(it) for it in mounts],
        "GroupAdd": list(host.get("GroupAdd") or []),
        "CapDrop": ["ALL"],
        "CapAdd": sorted(power.capabilities),
        "SecurityOpt": ["no-new-privileges"],
        "Memory": _MEMORY,
        "PidsLimit": _PROCESSES,
        "AutoRemove": True,  # also where nobody lives to remove it
        "LogConfig": {"Type": "none"},
    }


def _mount(seen: Json) -> dict[str, object]:
    """By its name: the engine removes a volume without one together with the last container that has it."""
    source = seen["Name"] if seen["Type"] == "volume" else seen["Source"]
    return {"Type": seen["Type"], "Source": source, "Target": seen["Destination"], "ReadOnly": not seen["RW"]}


def _volumes(mounts: list[Json]) -> list[tuple[str, str]]:
    return [
        (f"volume {it.get('Name') or it['Source']}", f"at {it['Destination']}{'' if it['RW'] else ', read-only'}")
        for it in mounts
    ]


def _warnings(host: Json, query: HelperQuery) -> tuple[str, ...]:
    said = []
    if host.get("Privileged"):
        said.append("the target is privileged: whoever reads its files reads the machine's")
    if query.wish.profile == "sysadmin":
        said.append("on Docker `sysadmin` is a set of capabilities: no helper is privileged")
    return tuple(said)
