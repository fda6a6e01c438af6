"""How far a rollout is, and what it is stuck at: as whoever follows it reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.actions.kit.rollouts import _stage
from bot.core.facts.containers import ContainerFacts, ContainerState
from bot.core.facts.objects import Condition
from bot.core.facts.pods import PodFacts, WorkloadFacts

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def pod(name: str, template: str, age: int, reason: str = "") -> PodFacts:
    state = ContainerState("waiting", reason) if reason else ContainerState("running")
    return PodFacts(
        kind="pod", name=name, labels={"pod-template-hash": template}, created=NOW - timedelta(minutes=age),
        containers=(ContainerFacts(name="app", image="x", state=state, ready=not reason),),
    )  # fmt: skip


def stage(**more: Any) -> str:
    """Its end, or how far it is, and what holds it up."""
    known: dict[str, Any] = {
        "kind": "deployment",
        "name": "web",
        "wanted": 3,
        "total": 3,
        "up_to_date": 3,
        "available": 3,
    }
    seen = _stage(WorkloadFacts(**{**known, **more}), NOW)
    end = ("halted: " if seen.halted else "over: ") if seen.over else "given up: " if seen.given_up else ""
    return f"{end}{seen.says}{f'; {seen.stuck}' if seen.stuck else ''}"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "over: 3 pods, new and ready"),
        ({"observed": False}, "its controller has not taken the change up yet"),
        ({"total": 4, "up_to_date": 1, "available": 3}, "0 of 3 pods new and ready"),
        ({"total": 4, "up_to_date": 2, "available": 3}, "1 of 3 pods new and ready"),
        ({"total": 4, "up_to_date": 3, "available": 3}, "2 of 3 pods new and ready"),
        ({"total": 4, "up_to_date": 3, "available": 4}, "1 pod still to end"),
        ({"wanted": 0, "total": 0, "up_to_date": 0, "available": 0}, "over: no pod is left"),
        ({"wanted": 0, "total": 2, "up_to_date": 2, "available": 2}, "2 pods still to end"),
        ({"wanted": None, "total": 1, "up_to_date": 1, "available": 1}, "over: 1 pod, new and ready"),
        ({"wanted": 5}, "3 of 5 pods new and ready"),
        ({"paused": True, "up_to_date": 0}, "halted: it is paused, `rollout resume` goes on"),
        ({"paused": True, "wanted": 5, "up_to_date": 0}, "3 of 5 pods ready"),
        ({"kind": "statefulset", "partition": 2, "up_to_date": 1}, "over: 3 pods, new and ready"),
        ({"kind": "statefulset", "partition": 2, "up_to_date": 0}, "0 of 1 pod new and ready"),
        ({"kind": "statefulset", "partition": 9, "up_to_date": 0}, "over: 3 pods, new and ready"),
        (
            {"kind": "daemonset", "strategy": "OnDelete", "up_to_date": 1},
            "halted: it replaces a pod only when somebody deletes it",
        ),
        ({"kind": "daemonset", "strategy": "OnDelete"}, "over: 3 pods, new and ready"),
    ],
)
def test_how_far_it_is(facts: dict[str, Any], says: str):
    assert stage(**facts) == says


def test_a_new_pod_that_does_not_mend_by_itself_holds_it_up():
    pods = (pod("old", "a", 60), pod("new", "b", 1, "ImagePullBackOff"))
    said = stage(pods=pods, total=4, up_to_date=1)
    assert said.startswith("0 of 3 pods new and ready; pod new: app waiting: ImagePullBackOff")


def test_an_old_pod_that_crashes_is_what_is_being_cured():
    pods = (pod("old", "a", 60, "CrashLoopBackOff"), pod("new", "b", 1, "ContainerCreating"))
    assert stage(pods=pods, wanted=1, total=2, up_to_date=1, available=0) == "0 of 1 pod new and ready"
    assert stage(pods=pods[:1], wanted=1, total=1, up_to_date=0, available=0) == "0 of 1 pod new and ready"


def test_its_controller_can_give_it_up():
    late = Condition("Progressing", "False", reason="ProgressDeadlineExceeded")
    assert stage(conditions=(late,), up_to_date=1, total=4).startswith("given up: 0 of 3")


def test_what_refuses_its_pods_is_told_in_its_own_words():
    quota = Condition(
        "ReplicaFailure", "True", reason="FailedCreate", message='pods "web-1" is forbidden: exceeded quota'
    )
    said = stage(conditions=(quota,), wanted=5)
    assert said == '3 of 5 pods new and ready; no pod can be made: pods "web-1" is forbidden: exceeded quota'
