"""Following what a pod may use as its node changes it, while it runs.

Source: Kubernetes documentation, "Resize CPU and Memory Resources assigned to Containers", pod resize status.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

from bot.core.bench import Bench
from bot.core.errors import NotRunning
from bot.core.output import Note, Output, Progress
from bot.core.ports.facts import ObjectsPort
from bot.core.target import Resource

_WAITING, _GOING_ON = "PodResizePending", "PodResizeInProgress"
_NEVER = "Infeasible"
_LOOK_EVERY_S, _SETTLING_S = 0.5, 2.0  # its kubelet says a moment later that it has begun


async def follow_resize(bench: Bench, pod: Resource, patience: timedelta) -> AsyncGenerator[Output, None]:
    """Until its node has done it. Raises NotRunning where it can't, or not in time."""
    loop = asyncio.get_running_loop()
    began, shown = loop.time(), ""
    while True:
        facts = await bench.port(ObjectsPort).object_facts(pod)
        known = {it.name: it for it in facts.conditions if it.status == "True"}
        waits = known.get(_WAITING) or known.get(_GOING_ON)
        if waits and waits.reason == _NEVER:
            raise NotRunning("its node can't do that:", pod, why=waits.message, hint="Set less, or what it was before.")
        passed = loop.time() - began
        if waits is None and passed >= _SETTLING_S:
            yield Note("Done, while it runs.")
            return
        if passed >= patience.total_seconds():
            why = waits.why if waits else ""
            raise NotRunning("not done yet:", pod, why=why, hint=f"`describe pod/{pod.name}` says how far it is.")
        said = f"its node waits: {waits.why}" if waits and waits.name == _WAITING else "its node changes it"
        if said != shown:
            shown = said
            yield Progress(said)
        await asyncio.sleep(_LOOK_EVERY_S)
