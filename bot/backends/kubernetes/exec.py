"""Running a process in a container of a pod, and listening to a container's own.

Source: Kubernetes API reference v1.34, "connect GET requests to exec of Pod" and "to attach". Exec knows no user,
folder or environment: `env` and `sh` in the container do. They need RBAC `get`, and from 1.35 `create` too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from bot.backends.kubernetes.channels import PROTOCOLS, Remote
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.refusals import is_of_node, node_gone
from bot.core.errors import CdebugError, NoProgram, NotFound, NotRunning, Unavailable, Unsupported, UsageError
from bot.core.output import Stream
from bot.core.ports.exec import ExecQuery
from bot.core.target import Container

_COLUMNS, _ROWS = 200, 50
_MOST_IMAGES = 10_000
_MISSING = ("executable file not found", "no such file or directory")


class KubernetesExec:
    """Starts processes."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    @asynccontextmanager
    async def exec(self, container: Container, query: ExecQuery) -> AsyncIterator[PodProcess]:
        """Raises UsageError for what exec can't do here, NotRunning, ForbiddenByCluster, Unavailable."""
        if query.user or query.workdir:
            raise UsageError(
                "in a cluster a command runs as the container's own user, in its own working directory:", container,
                hint="Write `-- sh -c 'cd /app && …'`.",
            )  # fmt: skip
        if "=" in query.argv[0]:
            raise UsageError("no program is called", query.argv[0][:80], hint="`--env NAME=value` sets a variable.")
        variables = [*query.env, *(query.marks if query.marks and await self._has_env(container) else ())]
        argv = ("env", "--", *variables, *query.argv) if variables else query.argv
        asked = [("container", container.container), ("stdout", "true")]
        asked += [] if query.terminal else [("stderr", "true")]
        asked += [("stdin", "true")] if query.input or query.terminal else []
        asked += [("tty", "true")] if query.terminal else []
        path = f"{path_of('pod', container.scope.namespace, container.name)}/exec"
        asked += [("command", word) for word in argv]
        async with self._api.socket("run a command in", container, path, asked, PROTOCOLS) as socket:
            if query.input and not query.terminal and socket.protocol != PROTOCOLS[0]:
                raise Unsupported(
                    "no input can be given to a command in", container, why="the cluster is older than 1.30",
                    hint="`sh` takes lines; `exec … -- sh -c '…'` carries a text.",
                )  # fmt: skip
            remote = Remote(socket, terminal=query.terminal)
            await remote.begin(_COLUMNS, _ROWS)
            yield PodProcess(remote, container, query.argv[0])

    async def _has_env(self, container: Container) -> bool:
        """Whether the container's image has `env`, without which no variable can be set. Asked once an image."""
        image = container.image_id or container.image  # of one that just began, the kubelet hasn't said the id
        known = self._context.images_with_env.get(image)
        if known is None:
            try:
                async with self.exec(container, ExecQuery(("env",))) as process, aclosing(process.output()) as output:
                    async for _ in output:
                        pass
                known = True
            except NotFound:
                known = False
            if len(self._context.images_with_env) >= _MOST_IMAGES:
                self._context.images_with_env.clear()
            self._context.images_with_env[image] = known
        return known

    async def attach(self, container: Container) -> AsyncGenerator[tuple[Stream, bytes], None]:
        """Raises NotRunning, NotFound, Unavailable where the connection broke."""
        if container.state != "running":
            raise NotRunning(
                "cannot attach to", container, why=f"it is {container.condition}", hint="`logs` shows what it wrote."
            )
        path = f"{path_of('pod', container.scope.namespace, container.name)}/attach"
        asked = [("container", container.container), ("stdout", "true"), ("stderr", "true")]
        async with self._api.socket("attach to", container, path, asked, PROTOCOLS) as socket:
            remote = Remote(socket, terminal=False)
            async with aclosing(remote.output()) as output:
                async for part in output:
                    yield part
            if remote.broken:
                raise broken("attach to", container)


class PodProcess:
    """One exec: its streams, and its status once it has ended."""

    def __init__(self, remote: Remote, container: Container, program: str) -> None:
        self._remote, self._container, self._program = remote, container, program

    async def output(self) -> AsyncGenerator[tuple[Stream, bytes], None]:
        """Raises NotFound for a program that isn't there, NotRunning, Unavailable where the connection broke."""
        async with aclosing(self._remote.output()) as output:
            async for part in output:
                yield part
        if self._remote.failed:
            raise _refused(self._remote.failed, self._container, self._program)
        if self._remote.broken:
            raise broken("learn how a command ended in", self._container)

    async def write(self, data: bytes) -> None:
        await self._remote.write(data)

    async def end_input(self) -> None:
        await self._remote.end_input()

    async def status(self) -> int | None:
        return await self._remote.status()


def _refused(said: str, container: Container, program: str) -> CdebugError:
    if is_of_node(said):
        return node_gone("run a command in", container)
    if any(words in said for words in _MISSING):
        return NoProgram(
            f"there is no `{program}` in", container, why="its image has no such program",
            hint="`debug` brings a toolbox beside it; `describe` names the image.",
        )  # fmt: skip
    return NotRunning("cannot run a command in", container, why=said[:300], hint="`describe` shows its state.")


def broken(what: str, container: Container) -> Unavailable:
    """The stream ended before the process did."""
    return Unavailable(
        f"cannot {what}", container, why="the connection to the cluster broke off",
        hint="It may still be running in the container; try again when the cluster answers.",
    )  # fmt: skip
