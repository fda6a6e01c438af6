"""Debug containers that cdebug makes in pods, as the person who asked for them.

Source: Kubernetes API reference v1.34, PodStatus.ephemeralContainerStatuses. One that ended can't be removed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.ephemeral import UNDER_WAY, add, other_than, spec_of, specs_of, state_of
from bot.backends.kubernetes.exec import KubernetesExec
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.marks import labels_of, marked, unmarked, variable_of
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.pods import container_of
from bot.core.errors import CdebugError, Denied, ForbiddenByCluster, NotFound, NotRunning, Unavailable
from bot.core.ledger import LABEL, MadeObject
from bot.core.ports.exec import ExecQuery
from bot.core.target import Container, NewObject, Scope

Json = Mapping[str, Any]
_STARTING_S, _ENDING_S, _PAUSE_S = 60.0, 5.0, 0.05
_NOTHING = ExecQuery(("true",))
# Ours; which container is meant comes as an argument.
_END = r"""
for folder in /proc/[0-9]*; do
  if tr '\0' '\n' < "$folder/environ" 2>/dev/null | grep -qxF "$1"; then
    [ "${folder#/proc/}" = "$$" ] || kill -9 "${folder#/proc/}" 2>/dev/null
  fi
done
"""


class KubernetesMaking:
    """Makes and ends as the person; finds what was made as the bot, which may list pods."""

    def __init__(self, context: KubernetesContext, exec_: KubernetesExec, namespaces: KubernetesNamespaces) -> None:
        self._context, self._api, self._exec, self._namespaces = context, context.api, exec_, namespaces

    async def make(self, thing: NewObject, entry: MadeObject) -> Container:
        """Raises NotRunning where it doesn't start, ForbiddenByCluster, NotFound, Unavailable."""
        pod = await self._of(thing)
        spec = {**marked(thing.spec, entry), "name": thing.name}
        await add(self._api, thing.scope, pod, spec, dry=False)
        return await self._started(thing, spec)

    async def _started(self, thing: NewObject, spec: Json) -> Container:
        """Once it runs. The kubelet says so up to a second late, and can start a process in it before.

        Raises NotRunning where it doesn't start, NotFound for its image.
        """
        async with asyncio.timeout(_STARTING_S) as time:
            try:
                while True:
                    pod = await self._of(thing)
                    state, said = state_of(pod, thing.name)
                    container = replace(container_of(pod, spec, thing.scope), state="running")
                    if state == "running" or (state != "terminated" and await self._answers(container)):
                        return container
                    if state == "terminated" or said.get("reason", "") not in UNDER_WAY:
                        raise _not_started(thing, said)
                    await asyncio.sleep(_PAUSE_S)
            except TimeoutError:
                if not time.expired():
                    raise
                raise NotRunning(
                    "cannot start", thing, why=f"it did not start within {_STARTING_S:g} s",
                    hint=f"`events pod/{thing.beside}` says why.",
                ) from None  # fmt: skip

    async def standing(self, thing: NewObject) -> tuple[Container, MadeObject] | None:
        """Once it runs, where somebody starts it just now. Raises NotRunning, ForbiddenByCluster, Unavailable."""
        pod = await self._of(thing)
        spec = spec_of(pod, thing.name)
        if spec is None:
            return None
        entry = self._entry(pod, spec, thing.scope)
        if entry is None or any(other_than({**thing.spec, "name": thing.name}, unmarked(spec))):
            raise NotRunning("cannot use", thing, why="something else has its name", hint="Try again in a while.")
        return await self._started(thing, spec), entry

    async def _answers(self, container: Container) -> bool:
        """Whether a process can be started in it."""
        try:
            async with (
                self._exec.exec(container, ExecQuery(("true",))) as process,
                aclosing(process.output()) as output,
            ):
                async for _ in output:
                    pass
                return await process.status() == 0
        except CdebugError:
            return False

    async def made(self) -> list[tuple[Container, MadeObject]]:
        """In pods that a container was added to in cdebug's name, unless they ended, and the cluster lets them read the
        pod. Raises Unavailable, also while it isn't known which pods there are.
        """
        if not self._context.names.ready.is_set():
            raise Unavailable("what cdebug made is not known yet in", self._context.name, hint="Try again in a moment.")
        found = list[tuple[Container, MadeObject]]()
        for namespace, name in self._context.names.helped:
            scope = await self._namespaces.place(namespace)
            pod = await self._readable(scope, name)
            for spec in specs_of(pod) if pod else ():
                container, entry = container_of(pod, spec, scope), self._entry(pod, spec, scope)
                is_over = state_of(pod, spec["name"])[0] == "terminated"
                if entry and not is_over and self._context.sees(container):
                    found.append((container, entry))
        return found

    async def _readable(self, scope: Scope, name: str) -> Json:
        """A pod; nothing where it is gone, or isn't theirs to read."""
        if self._api is self._context.own:
            return await self._seen(scope, name)
        try:
            return await self._pod(scope, name, f"{scope}/{name}")
        except (NotFound, ForbiddenByCluster, Denied):
            return {}

    async def _seen(self, scope: Scope, name: str) -> Json:
        """A pod as the bot may read it, which lists pods; nothing where it is gone."""
        query = [("fieldSelector", f"metadata.name={name}")]
        listed = await self._context.own.get("look for", f"{scope}/{name}", path_of("pod", scope.namespace), query)
        return next(iter(listed["items"]), {})

    def _entry(self, pod: Json, spec: Json, scope: Scope) -> MadeObject | None:
        name = f"{pod['metadata']['name']}:{spec['name']}"
        return MadeObject.of_labels(scope.context, scope.namespace, "container", name, labels_of(spec))

    async def unmake(self, entry: MadeObject) -> bool:
        """End it. Raises NotRunning where it can't be ended yet, ForbiddenByCluster, Unavailable."""
        scope = Scope(entry.context, "kubernetes", entry.namespace)
        pod_name, _, name = entry.name.partition(":")
        pod = await self._seen(scope, pod_name)
        spec = spec_of(pod, name) if pod else None
        if spec is None or labels_of(spec).get(LABEL) != entry.id:
            return False
        state = await self._settled(scope, pod_name, name)
        if state == "running":
            await self._end(container_of(pod, spec, scope), entry)
        elif state == "waiting":
            raise NotRunning("cannot remove", entry, why="it has not started, and nothing takes it from its pod")
        return True

    async def _settled(self, scope: Scope, pod_name: str, name: str) -> str:
        """Its state, once it has begun: what starts can't be ended yet. `terminated` where its pod is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_S):
                while pod := await self._seen(scope, pod_name):
                    state, said = state_of(pod, name)
                    if state not in ("", "waiting") or said.get("reason", "") not in UNDER_WAY:
                        return state
                    await asyncio.sleep(_PAUSE_S)
                return "terminated"
        return "waiting"

    async def _end(self, helper: Container, entry: MadeObject) -> None:
        try:
            query = ExecQuery(("sh", "-c", _END, "sh", variable_of(entry)))
            async with self._exec.exec(helper, query) as process, aclosing(process.output()) as output:
                async for _ in output:
                    pass
        except CdebugError:  # it ended while it was asked to, or it has no shell
            pass
        async with asyncio.timeout(_ENDING_S):
            while pod := await self._seen(helper.scope, helper.name):
                if state_of(pod, helper.container)[0] == "terminated":
                    return
                await asyncio.sleep(_PAUSE_S)

    async def _pod(self, scope: Scope, name: str, about: object) -> Json:
        pod: Json = await self._api.get("look for", about, path_of("pod", scope.namespace, name))
        return pod

    async def _of(self, thing: NewObject) -> Json:
        """The pod that it was planned for. Raises NotFound for another of that name."""
        pod = await self._pod(thing.scope, thing.beside, thing)
        if pod["metadata"]["uid"] != thing.beside_id:
            raise NotFound("another pod has taken the place of", f"{thing.scope}/{thing.beside}", hint="Ask again.")
        return pod


def _not_started(thing: NewObject, said: Json) -> CdebugError:
    why = " ".join(f"{said.get('reason', '')}: {said.get('message', '')}".split())[:300].strip(": ")
    kind = NotFound if "Image" in said.get("reason", "") else NotRunning
    return kind(
        "cannot start", thing, why=why or "it ended at once",
        hint="It stays in the pod's list. `images --catalogue` shows what else there is.",
    )  # fmt: skip
