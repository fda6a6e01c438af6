"""What a container of a pod wrote. The kubelet keeps both of its streams in one.

Source: Kubernetes API reference v1.34, "read log of the specified Pod".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from bot.backends.kubernetes.access import ANSWER_S
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.kinds import path_of
from bot.core.errors import NotFound, NotRunning
from bot.core.output import Lines
from bot.core.ports.logs import LogQuery
from bot.core.target import Container
from bot.core.text import LineSplitter, with_one_time
from bot.core.units import parse_engine_time

_GONE = b"unable to retrieve container logs for "  # the kubelet's words, as if the container had said them
_UNBEGUN = ("Pending", "ContainerCreating", "PodInitializing")


class KubernetesLogs:
    """Reads logs."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def logs(self, container: Container, query: LogQuery) -> AsyncGenerator[Lines, None]:
        """Whole lines, in order. Raises NotRunning where it has not begun to write, NotFound, Unavailable."""
        path = f"{path_of('pod', container.scope.namespace, container.name)}/log"
        splitter = LineSplitter()
        cut = Until(query.until, timestamps=query.timestamps) if query.until else None
        quiet_s = None if query.follow else ANSWER_S
        try:
            async with self._api.request(
                "read logs of", container, path, _parameters(container, query), accept="*/*", quiet_s=quiet_s
            ) as answer:
                said = False
                async for chunk in answer.content.iter_any():
                    if not said and chunk.startswith(_GONE):
                        raise NotFound(
                            "no log was kept for that run of", container, hint="`--no-previous` shows this one."
                        )
                    said = True
                    if block := splitter.push(chunk):
                        block = with_one_time(block) if query.timestamps or query.until else block
                        yield Lines(cut.push(block) if cut else block)
                        if cut and cut.over:
                            return
                if block := splitter.close():
                    yield Lines(cut.push(block) if cut else block)
            if not said and container.state in _UNBEGUN:
                raise NotRunning("cannot read logs of", container)
        except NotRunning as error:
            raise _not_begun(container, error) from error


def _not_begun(container: Container, error: NotRunning) -> NotRunning | NotFound:
    if "previous terminated container" in error.why:
        return NotFound("no previous run of", container, why="it was never restarted", hint="Leave `--previous` out.")
    return NotRunning(
        "cannot read logs of", container, why=container.condition or error.why, hint="`events` and `describe` say more."
    )


def _parameters(container: Container, query: LogQuery) -> list[tuple[str, str]]:
    parameters = [("container", container.container)]
    parameters += [("tailLines", str(query.tail))] if query.tail is not None else []
    parameters += [("sinceTime", f"{query.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")] if query.since else []
    parameters += [("timestamps", "true")] if query.timestamps or query.until else []
    parameters += [("follow", "true")] if query.follow else []
    parameters += [("previous", "true")] if query.previous else []
    return parameters


class Until:
    """Lines up to a moment: the API has no such end, so each line's own time is looked at."""

    def __init__(self, until: datetime, *, timestamps: bool) -> None:
        self._until, self._timestamps = until, timestamps
        self.over = False

    def push(self, block: bytes) -> bytes:
        """Those that are before it, with their times where they were asked for."""
        kept = []
        for line in block.splitlines(keepends=True):
            time, _, rest = line.partition(b" ")
            at = parse_engine_time(time.decode("ascii", "replace"))
            if at and at > self._until:
                self.over = True
                break
            kept.append(line if self._timestamps else rest)
        return b"".join(kept)
