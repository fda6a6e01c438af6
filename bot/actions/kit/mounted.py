"""Files that a container's own specification calls secret: their names and sizes are shown, their content isn't.

A path is judged by where it leads, through links too.
"""

from __future__ import annotations

import posixpath
from contextlib import aclosing

from bot.core.errors import CdebugError, NotFound
from bot.core.output import Lines, Note
from bot.core.ports.engines import Exec, ExecQuery, Files
from bot.core.target import Container

WHY = Note("That is a mounted secret: its content stays hidden. An operator decides by `redact.show_mounted_secrets`.")
_LONGEST = 4_096


async def roots_of(engine: Files, container: Container) -> tuple[str, ...]:
    """Where the container's secrets are mounted, as far as they are there."""
    found = []
    for path in container.secret_paths:
        try:
            found.append(await engine.realpath(container, path))
        except (NotFound, CdebugError):
            continue
    return tuple(found)


def is_within(path: str, roots: tuple[str, ...]) -> bool:
    """Whether a path, its links followed, is one of them or in one."""
    return any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in roots)


async def is_secret(engine: Files, container: Container, path: str) -> bool:
    """Whether a file's content is secret by its place. Raises NotFound for one that isn't there."""
    roots = await roots_of(engine, container)
    return bool(roots) and is_within(await engine.realpath(container, path), roots)


async def is_secret_inside(engine: Exec, container: Container, path: str) -> bool:
    """The same of a path that only a program in the container can follow: /proc, a tmpfs, a mount of its own.

    Where nothing there can say where it leads, it leads to a secret.
    """
    if not container.secret_paths:
        return False
    real = await _followed(engine, container, path)
    roots = [await _followed(engine, container, root) or root for root in container.secret_paths]
    return not real or is_within(real, tuple(roots))


async def _followed(engine: Exec, container: Container, path: str) -> str:
    said = b""
    try:
        async with engine.exec(container, ExecQuery(("readlink", "-f", "--", path))) as process:
            async with aclosing(process.output()) as output:
                async for stream, chunk in output:
                    said += chunk if stream == "out" and len(said) < _LONGEST else b""
            if await process.status():
                return ""
    except CdebugError:
        return ""
    return said.decode("utf-8", "replace").removesuffix("\n")


def inside(top: str, base: str, roots: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
    """Of an archive's members, those that are secret. top: the archive's own folder, `base` in the container."""
    paths = {name: posixpath.normpath(posixpath.join(base, name.removeprefix(top).lstrip("/"))) for name in names}
    return tuple(name for name, path in paths.items() if is_within(path, roots))


def told(size: int | None) -> Lines:
    """What stands in place of such a file's content; None where its size is not known either."""
    said = "a mounted secret" if size is None else f"{size:,} bytes of a mounted secret"
    return Lines(f"[redacted: {said}]\n".encode())
