"""What an exit status means, and why a container ended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.kit.exits import describe_state, ending, meaning
from bot.core.facts.containers import ContainerState


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "without an error"),
        (1, "its log says which"),
        (125, "the program's own status"),
        (126, "its user or working directory doesn't exist"),
        (127, "not found"),
        (137, "SIGKILL"),
        (143, "SIGTERM"),
        (139, "SIGSEGV"),
        (42, "the program's own status"),
    ],
)
def test_a_status_means(code: int, words: str):
    assert words in meaning(code)


@given(st.integers(-1000, 1000))
def test_every_status_has_a_meaning(code: int):
    assert meaning(code)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ContainerState("terminated", "OOMKilled", "", 137, True), "OOM killed: it exceeded its memory limit"),
        (
            ContainerState("terminated", "OOMKilled", "", 1, True),
            "a process in it was OOM killed: it exceeded its memory limit; its main process then ended: the program",
        ),
        (ContainerState("terminated", "StartError", "", 128), "the runtime could not start it"),
        (ContainerState("terminated", "ContainerStatusUnknown", "", 137), "its node lost track of it"),
        (ContainerState("terminated", "Error", "", 137), "failed liveness probe"),
    ],
)
def test_the_engines_reason_comes_before_what_the_status_means(state: ContainerState, words: str):
    assert ending(state).startswith(words) or words in ending(state)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ContainerState("running"), "running"),
        (
            ContainerState("running", oom_killed=True),
            "running; a process in it was OOM killed: it exceeded its memory limit",
        ),
        (ContainerState("exited", exit_code=3), "exited (3), the program's own status"),
        (ContainerState("created", message="no such file", exit_code=127), "created (127), the engine could not start"),
        (ContainerState("created"), "created"),
    ],
)
def test_a_containers_state_says_what_went_wrong(state: ContainerState, words: str):
    assert describe_state(state).startswith(words)
