"""A second person's word, for exactly one command: what was asked, who answered, what became of it.

Rules of this file:
- an approval is for one digest: whatever changes in the command or in what it reaches makes another one
- nobody approves their own request, from whichever account; a person's second vote is the first one again
- a request that was spent, denied, has expired or is void stays so
- who may vote, and whose votes still count, is policy's to say; the time is handed in

Source: DESIGN §4; the states move by compare-and-set in store/approvals.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Literal

from bot.core.action import Action
from bot.core.audit import canonical
from bot.core.edits import Edit
from bot.core.errors import Denied
from bot.core.person import Person
from bot.core.plan import NO_PLAN, Plan
from bot.core.request import Place, Request
from bot.core.target import Found, Thing, identity_of, things_of

State = Literal["waiting", "spent", "denied", "expired", "void"]


@dataclass(frozen=True)
class Vote:
    """One person's approval. identity: two accounts of one person have the same."""

    team: str
    user: str
    identity: str


@dataclass(frozen=True)
class Approval:
    """A request that waits, or how it ended. Times are seconds since the epoch; `command` is as people may read it.

    request: the requester's own, its text the command with all that the thread filled in. card: where it is shown,
    groups and asked: what it shows. spent_by: the id of the request whose work the run is.
    """

    id: str
    request: Request
    verb: str
    command: str
    where: str
    digest: str
    needed: int
    found: Found
    identity: str
    expires: float
    place: Place
    card: Place
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    asked: tuple[str, ...] = ()
    votes: tuple[Vote, ...] = ()
    state: State = "waiting"
    why: str = ""
    plan: Plan = NO_PLAN
    spent_by: str = ""

    def check_waiting(self, now: float) -> None:
        """Raises Denied with why a dead request is dead."""
        if self.state == "waiting" and now < self.expires:
            return
        state = "expired" if self.state == "waiting" else self.state
        ends = {
            "spent": "it was approved and has run: an approval is good for one run",
            "denied": f"it was denied{f': {self.why}' if self.why else ''}",
            "expired": "it has expired",
            "void": f"it is void: {self.why}",
        }
        raise Denied(f"request `{self.id}` is closed", why=ends[state], hint="`again` in its thread asks again.")

    def voted(self, person: Person, now: float) -> Approval:
        """With this person's vote. Raises Denied for a dead request, and for the requester in any account."""
        self.check_waiting(now)
        if person.identity == self.identity or (person.team, person.user) == (self.request.team, self.request.user):
            raise Denied("nobody approves their own request", hint="Ask somebody else to approve it.")
        if any(vote.identity == person.identity for vote in self.votes):
            return self
        return replace(self, votes=(*self.votes, Vote(person.team, person.user, person.identity)))

    def ended(self, state: State, why: str, now: float) -> Approval:
        """Closed without a run. Raises Denied where it was closed before."""
        if state != "expired":
            self.check_waiting(now)
        return replace(self, state=state, why=why)

    def spent(self, by: str, now: float) -> Approval:
        """Used up, before the run starts. Raises Denied where it was closed before."""
        self.check_waiting(now)
        return replace(self, state="spent", spent_by=by)


def digest_of(action: Action, request: Request, found: Found, plan: Plan = NO_PLAN) -> str:
    """SHA-256 over all that was asked, reached and planned: one difference makes another digest."""
    known = {
        "verb": action.verb,
        "fields": _fields(action),
        "stdin": hashlib.sha256(request.stdin.encode()).hexdigest(),
        "context": found.scope.context,
        "namespace": found.scope.namespace,
        "requester": [request.team, request.user],
        "thread": [request.channel, request.thread],
        "objects": sorted(identity_of(thing) for thing in things_of(found)),
        "plan": _planned(plan) if plan else "",
    }
    return hashlib.sha256(canonical(known).encode()).hexdigest()


def pass_of(request: Request, place: Place, found: Found, plan: Plan) -> str:
    """SHA-256 over who made what, beside what, and in which thread: what they run in it is no part of it, nor what was
    said of it.
    """
    known = {
        "requester": [request.team, request.user],
        "thread": [place.team, place.channel, place.thread],
        "context": found.scope.context,
        "namespace": found.scope.namespace,
        "objects": sorted(identity_of(thing) for thing in things_of(found)),
        "plan": _planned(replace(plan, looked_up=(), about=())),
    }
    return hashlib.sha256(canonical(known).encode()).hexdigest()


def _fields(action: Action) -> dict[str, Any]:
    """Every field with its default filled in, as canonical JSON can hold it."""
    return {field.name: _plain(getattr(action, field.name)) for field in fields(action) if field.name != "stdin"}  # type: ignore[arg-type]


_REMARKS = ("warnings", "passed_over")


def _planned(plan: Plan) -> dict[str, Any]:
    """All that is done; each thing by what makes it this one. What is only remarked of it may be another by then."""
    known = {field.name: _plain(getattr(plan, field.name)) for field in fields(plan) if field.name not in _REMARKS}
    known["creates"] = [_object(thing) for thing in plan.creates]
    return known | {
        name: [[_object(it.thing), _edited(it.edits), _edited(it.effects)] for it in changes]
        for name, changes in (("patches", plan.patches), ("deletes", plan.deletes))
    }


def _edited(edits: Iterable[Edit]) -> list[Any]:
    return [edit.to_json() for edit in edits]


def _object(thing: Thing) -> list[Any]:
    return [identity_of(thing), str(thing), dict(thing.labels)]


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value
