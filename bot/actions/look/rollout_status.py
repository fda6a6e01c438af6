"""`rollout status`: how far a rollout is, and what it is stuck at."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.actions.kit.rollouts import follow
from bot.actions.kit.workloads import name_of, workload_of
from bot.core.action import Duration, TargetedAction, option
from bot.core.bench import Bench
from bot.core.output import Output
from bot.core.ports.changes import RevisionsPort
from bot.core.ports.facts import ObjectsPort
from bot.core.takes import one
from bot.core.target import Thing


@dataclass(frozen=True, kw_only=True)
class RolloutStatus(
    TargetedAction,
    verb="rollout status",
    takes=one("object"),
    needs=(ObjectsPort, RevisionsPort),
    rights=("get KIND", "list pods"),
    examples=("rollout status deploy/web",),
):
    """Follow the rollout of a workload until its pods are new and ready, or it is stuck: at which pod, and why."""

    patience: Annotated[Duration, option("--timeout", help="follow it for")] = timedelta(minutes=5)

    @property
    def instead(self) -> str:
        return "Docker has no deployments; `ps` lists its containers."

    async def run(self, found: Thing, bench: Bench) -> AsyncGenerator[Output, None]:
        thing = workload_of(found, self.verb)
        back = f"rollout undo {name_of(thing)}"
        async with aclosing(follow(bench, thing, self.patience, back)) as outputs:
            async for output in outputs:
                yield output
