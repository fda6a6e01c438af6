"""What a thread remembers: where it looks, what it is about, what it showed last."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.action import Action
from bot.core.target import TargetRef


@dataclass(frozen=True)
class Session:
    """One thread. `target` is typed form; `command` is what `again` runs, and `user` who typed it; `kept` is the last
    result's id.

    container: the one of the target's pod that was named. owner: what made the target, and will make its successor.
    """

    context: str
    namespace: str = ""
    target: str = ""
    container: str = ""
    owner: str = ""
    command: str = ""
    user: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Default:
    """Where a channel looks when nobody says."""

    context: str
    namespace: str = ""


def scope_ref(ref: TargetRef, action: Action, session: Session | None, default: Default) -> TargetRef:
    """The reference with its context and namespace filled in: typed, else the thread's, else the channel's.

    A namespace is inherited only together with the context that it belongs to.
    """
    home = Default(session.context, session.namespace) if session else default
    context = ref.context or home.context
    namespace = ref.namespace or action.within
    if not namespace and context == home.context:
        namespace = home.namespace
    return TargetRef(ref.name, context, namespace, ref.kind, ref.container, ref.selector)
