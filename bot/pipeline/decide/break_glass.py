"""Break-glass: one command that can't wait, told where everybody who audits will read it.

It turns an Ask into an Allow, for people whom policy names, and never a denial. Without an audit channel
it doesn't exist; and it runs only after it was told there.
"""

from __future__ import annotations

from dataclasses import fields, replace

from bot.core.action import Action
from bot.core.errors import Denied
from bot.core.plan import Plan, reached
from bot.core.policy import BREAK_GLASS, Allow, Circumstances
from bot.core.request import Place
from bot.core.spelling import in_one_line, quoted
from bot.core.target import Found
from bot.core.view import NoteView
from bot.pipeline.command import Command
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.trail import Trail

_LONGEST = 1_500


async def break_glass(parts: Parts, command: Command, trail: Trail, found: Found) -> None:
    """Raises Denied where this person may not, or nobody can; Unavailable where it can't be told."""
    if not parts.audit_channel:
        raise Denied(
            "break-glass is not available here", why="no audit channel is set", hint="Leave `--break-glass` out."
        )
    known = Circumstances(plan=command.plan)
    decision = command.visit.decide(BREAK_GLASS, found, known)
    if not isinstance(decision, Allow):
        raise Denied(
            f"you may not use `--break-glass` for `{command.action.verb}` on", found, why=getattr(decision, "why", ""),
            hint="Leave `--break-glass` out, and it is asked for.",
        )  # fmt: skip
    why = in_one_line(parts.redactor.text(command.action.glass)).replace("”", '"')  # it ends where we say so
    text = quoted(command.text)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters: all in the file)"
    told = (
        "break-glass: ",
        command.person.mention,
        f" says “{why}”, and runs without an approval in {command.where}: `{shown}`",
    )
    there = Place(command.request.team, parts.audit_channel, "")
    posted = await parts.chat.post(there, NoteView(told))
    if shown is not text:
        await parts.chat.upload(
            replace(there, thread=posted), "break-glass.txt", f"{text}\n".encode(), "The whole command"
        )
    await trail.write(trail.entry("glass broken", why, reached(found, command.plan)))


def without_glass(action: Action) -> Action:
    """A command as it is kept for later, or for somebody else: glass is broken by typing it, each time."""
    return replace(action, glass="") if action.glass else action  # type: ignore[type-var]


def as_anothers(action: Action) -> Action:
    """What somebody else typed, as one's own: their reasons are theirs."""
    own = {field.name for field in fields(action)} & {"reason", "glass"}  # type: ignore[arg-type]
    return replace(action, **dict.fromkeys(own, "")) if own else action  # type: ignore[type-var]


def still_open(visit: Visit, found: Found, plan: Plan) -> bool:
    """Whether somebody who broke the glass may still hold it open."""
    return visit.may(BREAK_GLASS, found, Circumstances(plan=plan))
