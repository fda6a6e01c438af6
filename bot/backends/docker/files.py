"""A container's files, read from outside: also where it has no shell, no tar, or does not run.

Source: Docker Engine API v1.41, ContainerArchive and ContainerArchiveInfo. The engine resolves paths and
links inside the container's own root; what it names as a link's target has been resolved there. It sees volumes, and
neither a tmpfs nor what the kernel makes up (/proc): those are read from inside, where something there can.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import urlencode

from bot.backends.docker.context import DockerContext
from bot.backends.docker.exec import DockerExec
from bot.backends.inside import FilesInside
from bot.core.errors import CdebugError, NotFound, Unavailable, UsageError
from bot.core.ports.files import PathStat, Unread
from bot.core.target import Container

_CHUNK = 1 << 18
_MOST_LINKS = 20
_FOLDER, _LINK = 1 << 31, 1 << 27  # Go's os.FileMode, and all that is neither file, folder nor link
_DEVICES = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
_KERNELS = ("/dev", "/proc", "/sys")
_LOOPS = ("too many links", "too many levels of symbolic links")
_NO_FOLDER = "not a directory"


class DockerFiles:
    """Each raises NotFound for a path that isn't there."""

    from_outside = True

    def __init__(self, context: DockerContext) -> None:
        self._client, self._inside = context.client, FilesInside(DockerExec(context))
        self._memory: dict[str, tuple[str, ...]] = {}

    async def stat(self, container: Container, path: str) -> PathStat:
        if container.state != "running":
            return await self._stat(container, path)
        if await self._is_apart(container, path):
            try:
                return await self._inside.stat(container, path)
            except CdebugError:  # nothing in it can say, or it isn't there
                return await self._stat(container, path)
        try:
            return await self._stat(container, path)
        except NotFound as error:
            try:  # by a link that leads to what the engine doesn't see
                return await self._inside.stat(container, path)
            except CdebugError:
                raise error from None

    async def _stat(self, container: Container, path: str) -> PathStat:
        url = f"/containers/{container.id}/archive?{urlencode({'path': path})}"
        try:
            header = await self._client.head(f"find `{path}` in", container, url, "X-Docker-Container-Path-Stat")
        except Unavailable as error:
            if any(words in error.why for words in _LOOPS):
                raise UsageError("symbolic links form a loop at", path, hint="Name the file itself.") from error
            if _NO_FOLDER in error.why:
                raise NotFound(f"nothing is at `{path}` in", container, hint="`ls` shows what is there.") from error
            raise
        known = json.loads(base64.b64decode(header))
        mode = int(known["mode"])
        link = known["linkTarget"] if mode & _LINK else ""
        return PathStat(known["name"], int(known["size"]), bool(mode & _FOLDER), link, bool(mode & _DEVICES))

    async def realpath(self, container: Container, path: str) -> str:
        """Where a path leads, each link on the way followed."""
        for _ in range(_MOST_LINKS):
            walked, steps = "", posixpath.normpath(path).strip("/").split("/")
            for at, step in enumerate(steps):
                walked = f"{walked}/{step}"
                link = (await self.stat(container, walked)).link
                if link and link != walked:
                    path = posixpath.join(posixpath.dirname(walked), link, *steps[at + 1 :])
                    break
            else:
                return walked
        raise NotFound("symbolic links form a loop at", path)

    async def archive(
        self, container: Container, path: str, *, folder: bool = False
    ) -> AsyncGenerator[bytes | Unread, None]:
        """The path as a tar stream, a folder with all that is in it, then what is not."""
        real = await self.realpath(container, path) if container.state == "running" else path
        unseen = await self._unseen(container, real, folder=folder)
        if not unseen:
            try:
                async with aclosing(self._archive(container, path)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                return
            except NotFound:
                if container.state != "running":
                    raise
        begun = False
        try:
            async with aclosing(self._inside.archive(container, real, folder=folder)) as parts:
                async for part in parts:
                    begun = True
                    yield part
            return
        except CdebugError:
            if begun:
                raise
        async with aclosing(self._archive(container, path)) as chunks:
            async for chunk in chunks:
                yield chunk
        for mount in unseen:
            yield Unread(f"{mount}: in memory, where only programs in the container see it")

    async def _archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]:
        url = f"/containers/{container.id}/archive"
        async with self._client.stream(f"read `{path}` of", container, url, {"path": path}) as content:
            async for chunk in content.iter_chunked(_CHUNK):
                yield chunk

    async def _is_apart(self, container: Container, path: str) -> bool:
        """Whether it is in what the engine doesn't see."""
        return any(is_in(path, mount) for mount in (*_KERNELS, *await self._mounts(container)))

    async def _unseen(self, container: Container, path: str, *, folder: bool) -> list[str]:
        """What the engine doesn't see of a path: that it is in such a mount, or has some in it."""
        if container.state != "running":
            return []
        mounts = await self._mounts(container)
        around = [mount for mount in (*_KERNELS, *mounts) if is_in(path, mount)]
        return around or [mount for mount in mounts if folder and is_in(mount, path)]

    async def _mounts(self, container: Container) -> tuple[str, ...]:
        """Where it has a tmpfs."""
        if container.id not in self._memory:
            seen = await self._client.call(
                "read the mounts of", container, lambda api: api.inspect_container(container.id)
            )
            found = [it["Destination"] for it in seen.get("Mounts") or () if it.get("Type") == "tmpfs"]
            found += (seen["HostConfig"].get("Tmpfs") or {}).keys()
            self._memory[container.id] = tuple(posixpath.normpath(it) for it in found)
        return self._memory[container.id]


def is_in(path: str, folder: str) -> bool:
    """Whether a path in a container is a folder, or in it, as they are written."""
    path = posixpath.normpath(path)
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
