"""A container's files, read from outside: also where it has no shell, no tar, or does not run.

Source: Docker Engine API v1.41, ContainerArchive and ContainerArchiveInfo. The engine resolves paths and
links inside the container's own root; what it names as a link's target has been resolved there.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import AsyncGenerator
from urllib.parse import urlencode

from bot.backends.docker.context import DockerContext
from bot.core.errors import NotFound
from bot.core.ports.files import PathStat
from bot.core.target import Container

_CHUNK = 1 << 18
_MOST_LINKS = 20
_FOLDER, _LINK = 1 << 31, 1 << 27  # Go's os.FileMode


class DockerFiles:
    """Each raises NotFound for a path that isn't there."""

    from_outside = True

    def __init__(self, context: DockerContext) -> None:
        self._client = context.client

    async def stat(self, container: Container, path: str) -> PathStat:
        url = f"/containers/{container.id}/archive?{urlencode({'path': path})}"
        header = await self._client.head(f"find `{path}` in", container, url, "X-Docker-Container-Path-Stat")
        known = json.loads(base64.b64decode(header))
        mode = int(known["mode"])
        link = known["linkTarget"] if mode & _LINK else ""
        return PathStat(known["name"], int(known["size"]), bool(mode & _FOLDER), link)

    async def realpath(self, container: Container, path: str) -> str:
        """Where a path leads, each link on the way followed."""
        for _ in range(_MOST_LINKS):
            walked, steps = "", posixpath.normpath(path).strip("/").split("/")
            for at, step in enumerate(steps):
                walked = f"{walked}/{step}"
                link = (await self.stat(container, walked)).link
                if link and link != walked:
                    path = posixpath.join(link, *steps[at + 1 :])
                    break
            else:
                return walked
        raise NotFound("symbolic links form a loop at", path)

    async def archive(self, container: Container, path: str) -> AsyncGenerator[bytes, None]:
        """The path as a tar stream, a folder with all that is in it."""
        url = f"/containers/{container.id}/archive"
        async with self._client.stream(f"read `{path}` of", container, url, {"path": path}) as content:
            async for chunk in content.iter_chunked(_CHUNK):
                yield chunk
