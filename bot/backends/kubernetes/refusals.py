"""What a cluster refuses, and what goes wrong on the way to it, as ours: one line each, with the API's own words.

Source: Kubernetes API conventions, "HTTP status codes" and "Response Status Kind".
"""

from __future__ import annotations

import json

import aiohttp

from bot.backends.kubernetes.access import ANSWER_S
from bot.core.errors import (
    CdebugError,
    ForbiddenByCluster,
    Misconfigured,
    NotFound,
    NotRunning,
    TimedOut,
    Unavailable,
)
from bot.core.pattern import compiled

_REFUSED = compiled(r'User "[^"]*" cannot \w+ resource .*')
_ECHO = compiled(r'Invalid value: "\{(?s:.*)\}(?:\\n)?": ')  # the object that was sent, whole
_NODE_GONE = ("dialing backend", ":10250")  # the kubelet's port, in the API server's words


def late(context: str, what: str, target: object, *, changes: bool = False) -> TimedOut:
    """changes: whether it may have been done all the same."""
    state = "It may have been done all the same: look at it." if changes else "Nothing was changed."
    return TimedOut(
        f"cannot {what}", target, why=f"the cluster of `{context}` did not answer within {ANSWER_S} s",
        hint=f"{state} The other contexts go on; `use` shows them.",
    )  # fmt: skip


def translate(context: str, error: Exception, what: str, target: object, *, changes: bool = False) -> CdebugError:
    """A vendor's error as ours. changes: as `late` has it."""
    if isinstance(error, TimeoutError):
        return late(context, what, target, changes=changes)
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return by_status(context, error.status, error.message, what, target)
    return Unavailable(
        f"cannot {what}", target, why=f"the cluster of `{context}` can't be reached",
        hint="Is its API server up? `python -m bot check` on the bot's machine shows which contexts answer.",
    )  # fmt: skip


def unreadable(context: str, what: str, target: object) -> Unavailable:
    """Something answers in the cluster's place."""
    return Unavailable(
        f"cannot {what}", target, why=f"what answers for the cluster of `{context}` is not a Kubernetes API",
        hint="A proxy or a login page may stand before it: look at the server and `proxy-url` of its kubeconfig.",
    )  # fmt: skip


def by_status(context: str, status: int, said: str, what: str, target: object) -> CdebugError:
    """The API's own refusal. Source: API conventions, "HTTP status codes"."""
    said = " ".join(_ECHO.sub("", said).split())[:400]
    if status == 401:
        return Unavailable(
            f"cannot {what}", target, why=f"the cluster of `{context}` does not accept cdebug's credentials",
            hint="A token or a certificate has expired: renew its kubeconfig.",
        )  # fmt: skip
    if status == 403 and "cannot impersonate" in said:
        return Misconfigured(
            f"cannot {what}", target, why=f"cdebug may not act as you in `{context}`: {said}",
            hint="Its operator applies what `python -m bot manifest` prints.",
        )  # fmt: skip
    if status == 403:
        return ForbiddenByCluster(
            f"cannot {what}", target, why=f"the cluster refuses it: {_right(said)}",
            hint="`can` shows what the cluster grants you; whoever runs it can grant more.",
        )  # fmt: skip
    if status in (404, 410):
        return NotFound(f"cannot {what}", target, why="it no longer exists", hint="`ps` shows what is.")
    if status >= 500 and is_of_node(said):
        return node_gone(what, target)
    if status in (400, 409, 422):
        return NotRunning(f"cannot {what}", target, why=said, hint="`describe` shows its state.")
    return Unavailable(f"cannot {what}", target, why=f"the cluster of `{context}` says: {said}", hint="Try again.")


def _right(said: str) -> str:
    """Who cannot do what and where, as the API says it, without the name of the object."""
    found = _REFUSED.search(said)
    return found[0] if found else said


def is_of_node(said: str) -> bool:
    """Whether what the API server says is that it could not reach a kubelet."""
    return any(words in said for words in _NODE_GONE)


def node_gone(what: str, target: object) -> Unavailable:
    """The cluster answers, and the machine that the pod is on doesn't."""
    return Unavailable(
        f"cannot {what}", target, why="its node does not answer the cluster",
        hint="`get nodes` shows how the nodes are; `events` says since when.",
    )  # fmt: skip


def message_of(text: str) -> str:
    """The words of a Status, or the text itself."""
    try:
        known = json.loads(text)
    except ValueError:
        return text.strip()
    return str(known.get("message") or text) if isinstance(known, dict) else text.strip()
