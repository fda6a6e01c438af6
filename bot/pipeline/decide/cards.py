"""The card that asks for an approval: who wants what, where, why, and what it may change for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.core.action import Action, ArgvAction
from bot.core.acts import ApprovalPress
from bot.core.approval import Approval
from bot.core.manual import words_of
from bot.core.plan import Plan, rows_of
from bot.core.redact import Redactor
from bot.core.said import Said, clock_time, mention
from bot.core.spelling import in_one_line, to_the_letter
from bot.core.target import Container, Found, Thing, things_of
from bot.core.view import Button, CardView
from bot.pipeline.command import Command

Rows = tuple[tuple[str, str], ...]
_STARTS = 200
_MOST_OBJECTS = 5
_DIGEST = 19  # `sha256:` and what tells images apart; the whole of it is in what is approved


def card(approval: Approval, outcome: Said, *, live: bool) -> CardView:
    """The card as it stands. live: whether people may still answer."""
    buttons = (
        Button("Approve", ApprovalPress("approve", approval.id)),
        Button("Deny", ApprovalPress("deny", approval.id)),
        Button("Arguments", ApprovalPress("arguments", approval.id)),
    )
    title = f"Approval needed: {approval.verb}" if live else f"Approval: {approval.verb}"
    notes = (f"request {approval.id}", outcome)
    command = tuple(mention(user) for user in approval.asked)
    who = ("Who", (("requester", mention(approval.request.user)),))
    return CardView(title, (who, *approval.groups), notes, buttons if live else (), command if live else ())


def expiry(approval: Approval) -> tuple[str, ...]:
    """Until when it can be answered."""
    return ("open until ", clock_time(datetime.fromtimestamp(approval.expires, UTC)))


def card_groups(redactor: Redactor, command: Command, found: Found, replicas: int) -> tuple[tuple[str, Rows], ...]:
    """What the card shows, redacted: it is kept with the request."""
    groups = [
        ("Where", [(label, redactor.text(value)) for label, value in _where(command, found, replicas)]),
        ("Why", [("", redactor.text(command.action.reason) or "no reason was given")]),
        *([("Can't be undone", [("", command.action.lasting)])] if command.action.lasting else []),
        *([("Plan", _planned(redactor, command.plan))] if command.plan else []),
        ("What", _what(redactor, command)),
    ]
    return tuple((title, tuple((label, in_one_line(value)) for label, value in rows)) for title, rows in groups)


def _planned(redactor: Redactor, plan: Plan) -> list[tuple[str, str]]:
    """The whole plan, as a command is shown: what it runs stays to be read."""
    return [
        (label, to_the_letter(redactor.command(value))) for label, value in rows_of(plan, redactor.spec, redactor.value)
    ]


def _what(redactor: Redactor, command: Command) -> list[tuple[str, str]]:
    """Every flag and every argument in a row of its own: nothing in one can pass for another."""
    action = command.action
    rows = [("verb", action.verb)]
    words = [to_the_letter(word) for word in redactor.words(words_of(action))]
    rows += _flags(words[1:])
    if isinstance(action, ArgvAction):
        rows += [(f"argument {number}", word) for number, word in enumerate(words[len(words) - len(action.argv) :])]
    if command.request.stdin:
        stdin = command.request.stdin
        shown = to_the_letter(redactor.command(stdin))
        if len(shown) > _STARTS:
            shown = (
                f"{shown[:_STARTS]}… (the first {_STARTS} of {len(shown):,} characters: Arguments shows all of them)"
            )
        rows.append(("standard input", f"{len(stdin.encode()):,} bytes: {shown}"))
        rows.append(("its SHA-256", hashlib.sha256(stdin.encode()).hexdigest()[:_DIGEST]))
    return rows


def _flags(words: list[str]) -> Iterator[tuple[str, str]]:
    """The words before argv, a flag with its value; the reason has a place of its own."""
    words = words[: words.index("--")] if "--" in words else words
    while words:
        word = words.pop(0)
        value = words.pop(0) if word.startswith("--") and "=" not in word and words[:1] and words[0][:2] != "--" else ""
        if word != "--reason":
            yield (word, value) if value or word.startswith("--") else ("target", word)


def _where(command: Command, found: Found, replicas: int) -> list[tuple[str, str]]:
    rows = [("context", command.where)]
    for thing in things_of(found)[:_MOST_OBJECTS]:
        rows += _thing(thing)
    if replicas > 1:
        rows.append(("replicas", f"{replicas} behind the same owner; this is one of them"))
    rows.append(("protected", "yes" if found.protected else "no"))
    return rows


def _thing(thing: Thing) -> list[tuple[str, str]]:
    rows = [(thing.kind, thing.name)]
    if isinstance(thing, Container):
        rows += [("id", thing.id[:12]), ("image", thing.image), ("image digest", f"{thing.image_id[:_DIGEST]}…")]
    return rows


def arguments(redactor: Redactor, action: Action, stdin: str, plan: Plan) -> str:
    """All that was typed and planned, to the letter, for those who may approve it; secrets that nobody typed, and that
    are read from an object, stay hidden.
    """
    lines = [f"verb {action.verb}", *(" ".join(filter(None, row)) for row in _flags(words_of(action)[1:]))]
    argv = action.argv if isinstance(action, ArgvAction) else ()
    lines += [f"argument {number}: {word}" for number, word in enumerate(argv)]
    lines += [f"plan: {' '.join(filter(None, row))}" for row in rows_of(plan, redactor.value, redactor.value)]
    lines += ["", f"standard input, {len(stdin.encode()):,} bytes:", *stdin.split("\n")] if stdin else []
    return "\n".join(to_the_letter(line) for line in lines)
