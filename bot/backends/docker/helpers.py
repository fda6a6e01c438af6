"""Planning a helper beside a container: in its namespaces, with its volumes, and no power that it has not.

Source: Docker Engine API v1.41, ContainerCreate (HostConfig), ContainerTop, ContainerInspect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.backends.docker.context import SECRETS, DockerContext
from bot.backends.docker.files import is_in
from bot.core.errors import CdebugError, NotFound, NotRunning
from bot.core.plan import Plan
from bot.core.ports.helpers import HelperQuery
from bot.core.powers import Power, passed_over, power_of, ways
from bot.core.target import Container, NewObject

Json = Mapping[str, Any]
_MEMORY, _PROCESSES = 256 * 2**20, 256
_DIGEST, _LONGEST_NAME = 16, 40


class DockerHelpers:
    """The spec of a helper is the body of ContainerCreate."""

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def plan_helper(self, container: Container, query: HelperQuery) -> Plan:
        """Raises NotRunning, NotFound for the image, TimedOut, Unavailable."""
        seen = await self._client.call("inspect", container, lambda api: api.inspect_container(container.id))
        if not seen["State"]["Running"] or seen["State"].get("Restarting"):
            raise NotRunning(
                "cannot debug", container, why=f"it is {seen['State']['Status']}: there is no process to stand beside",
                hint="`logs` says how it ended; `cat`, `ls` and `cp` read its files all the same.",
            )  # fmt: skip
        image = await self._image(query.image)
        host = seen["HostConfig"]
        target = power_of(
            await self._user(container, int(seen["State"]["Pid"])),
            host.get("CapAdd") or [], host.get("CapDrop") or [], privileged=bool(host.get("Privileged")),
        )  # fmt: skip
        way, *_ = ways(query.wish, target)
        mounts = [it for it in seen.get("Mounts") or () if query.volumes and it["Type"] in ("bind", "volume")]
        body = _body(container, host, mounts, query, way.power, image)
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:_DIGEST]
        name = f"cdebug-{container.name[:_LONGEST_NAME]}-{digest}"
        return Plan(
            images=(query.image,),
            capabilities=way.power.gained_over(target),
            host_namespaces=tuple(name for name, mode in _modes(host) if mode == "host"),
            host_paths=tuple(it["Source"] for it in mounts if it["Type"] == "bind"),
            secrets=sum(is_in(it["Destination"], SECRETS[0]) for it in seen.get("Mounts") or ()),
            creates=(NewObject(container.scope, name, body, container.labels, stays=True),),
            ends_s=float(query.seconds),
            passed_over=passed_over(way, query.wish, target),
            about=(("runs", way.name), ("user", way.power.user), *_volumes(mounts)),
            looked_up=((query.image, image),),
            warnings=_warnings(host, query),
        )

    async def _image(self, name: str) -> str:
        """Its id: what a name stands for may change until it is started."""
        try:
            seen: Json = await self._client.call(
                "find the image",
                name,
                lambda api: api.inspect_image(name),  # type: ignore[no-untyped-call]
            )
        except NotFound as error:
            raise NotFound(
                "the engine hasn't the image", name, why="cdebug pulls none",
                hint="`images --catalogue` shows which are there; whoever runs the engine can `docker pull` it.",
            ) from error  # fmt: skip
        return str(seen["Id"])

    async def _user(self, container: Container, pid: int) -> str:
        """Of its first process, as it is now: the image's user may be a name. Empty where the engine can't say."""
        try:
            seen = await self._client.call(
                "list the processes of", container, lambda api: api.top(container.id, "-eo pid,uid,gid")
            )
        except CdebugError:
            return ""
        rows = {row[0]: ":".join(row[1:3]) for row in seen["Processes"] or ()}
        return rows.get(str(pid), "")

    def mark_of(self, container: Container) -> str:
        """Its hostname's file, which the engine mounts from the container's own folder."""
        return f"/containers/{container.id}/"


def _modes(host: Json) -> list[tuple[str, str]]:
    return [("pid", host.get("PidMode") or ""), ("network", host.get("NetworkMode") or ""), ("ipc", _ipc(host))]


def _ipc(host: Json) -> str:
    """A private one can't be joined."""
    mode = host.get("IpcMode") or ""
    return mode if mode in ("host", "shareable") else ""


def _body(
    container: Container, host: Json, mounts: list[Json], query: HelperQuery, power: Power, image: str
) -> dict[str, object]:
    beside = f"container:{container.id}"
    config: dict[str, object] = {
        "PidMode": beside,
        "NetworkMode": beside,
        **({"IpcMode": beside} if _ipc(host) else {}),
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
    return {
        "Image": image,
        "User": power.user,
        "Entrypoint": ["sleep"],
        "Cmd": [str(query.seconds)],
        "HostConfig": config,
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
