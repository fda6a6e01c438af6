"""A table of what a cluster refuses, and of what a person reads then."""

from __future__ import annotations

import pytest

from bot.backends.kubernetes.refusals import by_status, message_of, translate
from bot.core.errors import CdebugError, ForbiddenByCluster, Misconfigured, NotFound, NotRunning, TimedOut, Unavailable

RBAC = 'pods "x" is forbidden: User "ann" cannot get resource "pods/exec" in API group "" in the namespace "shop"'
ACTING = 'users "ann" is forbidden: User "bot" cannot impersonate resource "users" in API group "" at the cluster scope'


@pytest.mark.parametrize(
    ("status", "said", "kind", "line"),
    [
        (401, "Unauthorized", Unavailable, "does not accept cdebug's credentials"),
        (403, RBAC, ForbiddenByCluster, 'User "ann" cannot get resource "pods/exec" in API group "" in the namespace'),
        (403, ACTING, Misconfigured, "python -m bot manifest"),
        (404, 'pods "x" not found', NotFound, "it no longer exists"),
        (410, "too old resource version", NotFound, "it no longer exists"),
        (400, "container is waiting", NotRunning, "container is waiting"),
        (500, 'Get "https://10.0.0.2:10250/x": connection refused', Unavailable, "its node does not answer"),
        (502, "error dialing backend: EOF", Unavailable, "its node does not answer"),
        (503, "the server is\n starting", Unavailable, "the cluster of `c` says: the server is starting"),
    ],
)
def test_a_refusal_is_one_line_with_the_apis_own_words(status: int, said: str, kind: type[CdebugError], line: str):
    error = by_status("c", status, said, "read", "shop/x")
    assert type(error) is kind
    assert line in str(error)
    assert "\n" not in str(error)


def test_what_never_came_is_late_or_away():
    assert isinstance(translate("c", TimeoutError(), "read", "x"), TimedOut)
    assert isinstance(translate("c", ConnectionResetError(), "read", "x"), Unavailable)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"kind":"Status","message":"no"}', "no"),
        ("plain words\n", "plain words"),
        ('{"a":1}', '{"a":1}'),
        ("[1]", "[1]"),
    ],
)
def test_the_message_of_an_answer_is_its_statuss_or_its_text(text: str, message: str):
    assert message_of(text) == message


@pytest.mark.parametrize("status", range(300, 600))
def test_every_status_is_an_error_of_ours_that_says_what_to_do(status: int):
    error = by_status("c", status, "said", "read", "shop/x")
    assert "`shop/x`" in str(error)
    assert error.hint
