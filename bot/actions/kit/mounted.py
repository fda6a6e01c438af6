"""Files that a container's own specification calls secret: their names and sizes are shown, their content isn't.

A path is judged by where it leads, through links too.
"""

from __future__ import annotations

import posixpath
from contextlib import aclosing, suppress

from bot.core.errors import CdebugError, NotFound
from bot.core.output import Lines, Note
from bot.core.pattern import compiled_bytes
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.files import FilesPort
from bot.core.target import Container

WHY = Note("That is a mounted secret: its content stays hidden. An operator decides by `redact.show_mounted_secrets`.")
_LONGEST = 4_096
_MISSING = (1, 2)  # what `ls` ends with for a file that isn't there: busybox, GNU
_BY_PROCESS = compiled_bytes(r"/proc/(?:[0-9]+|self|thread-self)/(?:task/[0-9]+/)?root(?:/|$)")


async def roots_of(engine: FilesPort, container: Container) -> tuple[str, ...]:
    """Where the container's secrets are mounted, and where that leads: whoever tells it may be the container.

    Raises CdebugError: what can't be asked is not taken for shown.
    """
    found = list(container.secret_paths)
    for path in container.secret_paths:
        with suppress(NotFound):  # or nothing there can say where it leads
            found.append(await engine.realpath(container, path))
    return tuple(dict.fromkeys(found))


def is_within(path: str, roots: tuple[str, ...]) -> bool:
    """Whether a path, its links followed, is one of them or in one."""
    path = _plain(path)
    return any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in map(_plain, roots))


def _plain(path: str) -> str:
    """A path without a detour that no link on it tells: by /proc, by two slashes, by /var/run."""
    path = "/" + posixpath.normpath(path).lstrip("/")
    while detour := _BY_PROCESS.match(path.encode(errors="replace")):
        path = "/" + path[detour.end() :]
    return path.removeprefix("/var") if path.startswith("/var/run/") else path


async def is_secret(engine: FilesPort, container: Container, path: str) -> bool:
    """Whether a file's content is secret by its place. Raises NotFound for one that isn't there."""
    roots = await roots_of(engine, container)
    return bool(roots) and is_within(await engine.realpath(container, path), roots)


async def is_secret_inside(engine: ExecPort, container: Container, path: str) -> bool:
    """The same of a path that only a program in the container can follow: /proc, a tmpfs, a mount of its own.

    Where nothing there can say where it leads, it leads to a secret.
    """
    if not container.secret_paths:
        return False
    real = await _followed(engine, container, path)
    if not real and (await _said(engine, container, ("ls", "-d", "--", path)))[0] in _MISSING:
        return False  # and what would read it says so
    roots = [await _followed(engine, container, root) or root for root in container.secret_paths]
    return not real or is_within(real, tuple(roots))


async def _followed(engine: ExecPort, container: Container, path: str) -> str:
    status, said = await _said(engine, container, ("readlink", "-f", "--", path))
    return "" if status else said


async def _said(engine: ExecPort, container: Container, argv: tuple[str, ...]) -> tuple[int, str]:
    """A program's status and what it wrote; -1 where it can't be run."""
    said = b""
    try:
        async with engine.exec(container, ExecQuery(argv)) as process:
            async with aclosing(process.output()) as output:
                async for stream, chunk in output:
                    said += chunk if stream == "out" and len(said) < _LONGEST else b""
            status = await process.status()
    except CdebugError:
        return -1, ""
    return -1 if status is None else status, said.decode("utf-8", "replace").removesuffix("\n")


def inside(top: str, base: str, roots: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
    """Of an archive's members, those that are secret. top: the archive's own folder, `base` in the container."""
    paths = {name: posixpath.normpath(posixpath.join(base, name.removeprefix(top).lstrip("/"))) for name in names}
    return tuple(name for name, path in paths.items() if is_within(path, roots))


def told(size: int | None) -> Lines:
    """What stands in place of such a file's content; None where its size is not known either."""
    said = "a mounted secret" if size is None else f"{size:,} bytes of a mounted secret"
    return Lines(f"[redacted: {said}]\n".encode())
