"""Following a rollout: a bar while it goes on, and which pod it is stuck at.

Source: kubectl, `rollout status`: what counts as done for each kind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.actions.kit.cards.pods import summary
from bot.actions.kit.workloads import name_of
from bot.core.bench import Bench
from bot.core.errors import NotRunning
from bot.core.facts.objects import Refused
from bot.core.facts.pods import PodFacts, WorkloadFacts
from bot.core.output import Note, Output, Progress
from bot.core.ports.facts import ObjectsPort
from bot.core.target import Resource
from bot.core.units import show_count, show_duration

_LOOK_EVERY_S, _GIVE_UP_S = 0.5, 5.0
_WIDTH = 10
# What doesn't mend by itself. Source: the kubelet, container states.
_STUCK = frozenset(
    {
        "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "CrashLoopBackOff",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    }
)  # fmt: skip
_REVISIONS = ("pod-template-hash", "controller-revision-hash")  # labels of pods that say which template made them
_REFUSED = "ReplicaFailure"
_TOO_LATE = "ProgressDeadlineExceeded"


@dataclass(frozen=True)
class _Stage:
    """How far it is. over: nothing goes on; halted: before all was done. stuck: what holds it up, and where; given_up:
    by its controller.
    """

    done: int
    due: int
    says: str
    over: bool = False
    halted: bool = False
    stuck: str = ""
    given_up: bool = False

    @property
    def bar(self) -> str:
        filled = _WIDTH * self.done // self.due if self.due else _WIDTH
        return f"{'█' * filled}{'░' * (_WIDTH - filled)} {self.says}{f'; {self.stuck}' if self.stuck else ''}"


async def follow(bench: Bench, thing: Resource, patience: timedelta, back: str = "") -> AsyncGenerator[Output, None]:
    """Until it is over. back: the command that puts back what is being rolled out. Raises NotRunning where it is stuck,
    or not over in time.
    """
    loop = asyncio.get_running_loop()
    began, stuck_since, shown = loop.time(), 0.0, ""
    while True:
        stage = _stage(await _facts(bench, thing), datetime.now(UTC))
        now = loop.time()
        if stage.over:
            took = f", after {show_duration(max(1, round(now - began)))}" if shown else ""
            yield Note(f"{'Not rolled out' if stage.halted else 'Rolled out'}: {stage.says}{took}.")
            return
        stuck_since = (stuck_since or now) if stage.stuck else 0.0
        if stage.given_up or (stuck_since and now - stuck_since >= _GIVE_UP_S):
            raise _stuck(thing, stage.stuck or stage.says, back)
        if now - began >= patience.total_seconds():
            raise NotRunning(
                "still being rolled out:", thing, why=stage.says,
                hint=f"`rollout status {name_of(thing)}` goes on looking.",
            )  # fmt: skip
        if stage.bar != shown:
            shown = stage.bar
            yield Progress(shown)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _facts(bench: Bench, thing: Resource) -> WorkloadFacts:
    facts = await bench.port(ObjectsPort).object_facts(thing)
    assert isinstance(facts, WorkloadFacts)
    return facts


def _stuck(thing: Resource, why: str, back: str) -> NotRunning:
    name = name_of(thing)
    hint = f"`logs {name}` and `events {name}` say more{f', `{back}` puts it back' if back else ''}."
    return NotRunning("the rollout is stuck:", thing, why=why, hint=hint)


def _stage(facts: WorkloadFacts, now: datetime) -> _Stage:
    """How far it is, of as many as are to be replaced."""
    wanted = 1 if facts.wanted is None else facts.wanted
    if not facts.observed:
        return _Stage(0, wanted, "its controller has not taken the change up yet")
    is_at_rest = facts.available >= wanted and facts.total <= wanted
    halted = "it is paused, `rollout resume` goes on" if facts.paused else ""
    if facts.strategy == "OnDelete" and facts.up_to_date < wanted:
        halted = "it replaces a pod only when somebody deletes it"
    due = wanted if halted else max(0, wanted - facts.partition)
    done = _done(facts, due, every=bool(halted))
    if halted and is_at_rest:
        return _Stage(done, due, halted, over=True, halted=True)
    late = any(it.name == "Progressing" and it.reason == _TOO_LATE for it in facts.conditions)
    stuck = _stuck_at(facts, now)
    if not halted and (facts.up_to_date < due or done < due or facts.available < wanted):
        return _Stage(done, due, f"{done} of {show_count(due, 'pod')} new and ready", stuck=stuck, given_up=late)
    if facts.total > wanted:
        return _Stage(done, due, f"{show_count(facts.total - wanted, 'pod')} still to end", stuck=stuck, given_up=late)
    if halted:
        return _Stage(done, due, f"{done} of {show_count(due, 'pod')} ready", stuck=stuck, given_up=late)
    return _Stage(done, due, f"{show_count(wanted, 'pod')}, new and ready" if wanted else "no pod is left", over=True)


def _done(facts: WorkloadFacts, due: int, *, every: bool) -> int:
    """How many are as they are to be; every: old ones count, too. Else as if all old ones were still available."""
    if every:
        return min(facts.available, due)
    old = max(0, facts.total - facts.up_to_date)
    return max(0, min(facts.available - old, facts.up_to_date, due))


def _stuck_at(facts: WorkloadFacts, now: datetime) -> str:
    """What refuses new pods, as a quota does; else the first of them with something that doesn't mend by itself."""
    refused = next((it for it in facts.conditions if it.name == _REFUSED and it.status == "True"), None)
    if refused:
        return f"no pod can be made: {refused.message or refused.reason}"
    found = next((it for it in _new_pods(facts) if _is_stuck(it)), None)
    return f"pod {found.name}: {summary(found, now)}" if found else ""


def _new_pods(facts: WorkloadFacts) -> list[PodFacts]:
    """Those of the last template: what is being rolled out may be the cure of the others."""
    if isinstance(facts.pods, Refused) or not facts.up_to_date:
        return []
    last = facts.revision or _newest(facts.pods)
    return [it for it in facts.pods if _revision(it) == last]


def _revision(pod: PodFacts) -> str:
    return next((pod.labels[name] for name in _REVISIONS if name in pod.labels), "")


def _newest(pods: tuple[PodFacts, ...]) -> str:
    """Of which revision the newest pod is."""
    made = [(it.created, _revision(it)) for it in pods if it.created]
    return max(made)[1] if made else ""


def _is_stuck(pod: PodFacts) -> bool:
    return pod.deletion is None and any(it.state.reason in _STUCK for it in pod.containers)
