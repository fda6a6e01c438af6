"""Following a rollout: a bar while it goes on, and which pod it is stuck at.

Source: kubectl, `rollout status`: what counts as done for each kind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.actions.kit.cards.pods import summary
from bot.core.bench import Bench
from bot.core.errors import NotRunning
from bot.core.facts.objects import Refused
from bot.core.facts.pods import PodFacts, WorkloadFacts
from bot.core.output import Note, Output, Progress
from bot.core.ports.facts import ObjectsPort
from bot.core.target import Resource
from bot.core.units import show_duration

_LOOK_EVERY_S, _GIVE_UP_S = 0.5, 5.0
_WIDTH = 10
# What doesn't mend by itself. Source: the kubelet, container states.
_STUCK = frozenset(
    {
        "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "CrashLoopBackOff",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    }
)  # fmt: skip
_TOO_LATE = "ProgressDeadlineExceeded"


@dataclass(frozen=True)
class _Stage:
    """How far it is. over: nothing is left to do. stuck: what holds it up, and where; given_up: by its controller."""

    done: int
    due: int
    says: str
    over: bool = False
    stuck: str = ""
    given_up: bool = False

    @property
    def bar(self) -> str:
        filled = _WIDTH * self.done // self.due if self.due else _WIDTH
        return f"{'█' * filled}{'░' * (_WIDTH - filled)} {self.says}{f'; {self.stuck}' if self.stuck else ''}"


async def follow(bench: Bench, thing: Resource, patience: timedelta) -> AsyncGenerator[Output, None]:
    """Until it is over. Raises NotRunning where it is stuck, or not over in time."""
    loop = asyncio.get_running_loop()
    began, stuck_since, shown = loop.time(), 0.0, ""
    while True:
        stage = _stage(await _facts(bench, thing), datetime.now(UTC))
        now = loop.time()
        if stage.over:
            took = show_duration(max(1, round(now - began)))
            yield Note(f"Rolled out: {stage.says}{f', after {took}' if shown else ''}.")
            return
        stuck_since = (stuck_since or now) if stage.stuck else 0.0
        if stage.given_up or (stuck_since and now - stuck_since >= _GIVE_UP_S):
            raise _stuck(thing, stage.stuck or stage.says)
        if now - began >= patience.total_seconds():
            raise NotRunning("still being rolled out:", thing, why=stage.bar, hint="`rollout status` goes on looking.")
        if stage.bar != shown:
            shown = stage.bar
            yield Progress(shown)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _facts(bench: Bench, thing: Resource) -> WorkloadFacts:
    facts = await bench.port(ObjectsPort).object_facts(thing)
    assert isinstance(facts, WorkloadFacts)
    return facts


def _stuck(thing: Resource, why: str) -> NotRunning:
    name = f"{thing.kind}/{thing.name}"
    return NotRunning(
        "the rollout is stuck of", thing, why=why, hint=f"`logs {name}` and `events {name}` say more, `rollout undo"
        f" {name}` puts it back.",
    )  # fmt: skip


def _stage(facts: WorkloadFacts, now: datetime) -> _Stage:
    """How far it is, of as many as are to be replaced."""
    wanted = 1 if facts.wanted is None else facts.wanted
    due = max(0, wanted - facts.partition)
    old = max(0, facts.total - facts.up_to_date)
    done = max(
        0, min(facts.available - old, facts.up_to_date, due)
    )  # those that are old are there as long as they can be
    stuck = _stuck_pod(facts, now)
    if not facts.observed:
        return _Stage(0, due, "its controller has not taken the change up yet")
    if facts.paused:
        return _Stage(done, due, "it is paused: `rollout resume` goes on", over=True)
    if facts.strategy == "OnDelete":
        return _Stage(done, due, "it replaces pods only when somebody deletes them", over=True)
    late = any(it.name == "Progressing" and it.reason == _TOO_LATE for it in facts.conditions)
    if facts.up_to_date < due or done < due or facts.available < wanted:
        return _Stage(done, due, f"{done} of {_pods(due)} new and ready", stuck=stuck, given_up=late)
    if facts.total > wanted:
        return _Stage(done, due, f"{_pods(facts.total - wanted)} still to end", stuck=stuck, given_up=late)
    return _Stage(done, due, f"{_pods(wanted)}, new and ready" if wanted else "no pod is left", over=True)


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def _stuck_pod(facts: WorkloadFacts, now: datetime) -> str:
    """The first pod with something that doesn't mend by itself."""
    pods = () if isinstance(facts.pods, Refused) else facts.pods
    found = next((it for it in pods if _is_stuck(it)), None)
    return f"pod {found.name}: {summary(found, now)}" if found else ""


def _is_stuck(pod: PodFacts) -> bool:
    return pod.deletion is None and any(it.state.reason in _STUCK for it in pod.containers)
