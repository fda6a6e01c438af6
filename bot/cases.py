"""`policy test FILE CASES.yaml`: a table of who, where, what and the answer that is expected.

- person:  {roles: [responder]}                  # also: guest, bot, stranger
  channel: {kind: channel, listed: true}         # also: id, shared, guests
  verb:    exec
  target:  {name: checkout, protected: true}     # also: context, namespace, engine, image, state, labels
  expect:  ask 1                                 # allow, deny, ask N
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.errors import Misconfigured
from bot.core.person import Channel, Person
from bot.core.policy import Allow, Ask, Circumstances, Decision, Policy
from bot.core.target import Container, Scope


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Who(_Part):
    """A person, as policy sees them."""

    team: str = "T0"
    user: str = "U0"
    roles: frozenset[str] = frozenset()
    guest: bool = False
    bot: bool = False
    stranger: bool = False


class Where(_Part):
    """A conversation, as policy sees it."""

    id: str = "C0"
    kind: Literal["channel", "private", "group", "direct"] = "channel"
    shared: bool = False
    guests: bool = False
    listed: bool = False


class What(_Part):
    """A container, as policy sees it."""

    name: str = "some"
    context: str = "local"
    namespace: str = ""
    engine: str = "docker"
    image: str = ""
    state: str = "running"
    labels: Mapping[str, str] = {}
    protected: bool = False


class Case(_Part):
    """One question and its answer."""

    person: Who = Who()
    channel: Where = Where()
    verb: str
    target: What = What()
    approvals: int = 0
    binary: bool = False
    expect: Annotated[str, Field(pattern=r"^(allow|deny|ask [123])$")]


def wrong_answers(policy: Policy, path: Path) -> list[str]:
    """A line for each case that the policy answers otherwise. Raises Misconfigured for a file that can't be read."""
    try:
        cases = TypeAdapter(list[Case]).validate_python(yaml.safe_load(path.read_text()) or [])
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise Misconfigured(f"{path} can't be read", why=" ".join(str(error).split())[:300]) from error
    if not cases:
        raise Misconfigured(f"{path} contains no cases")
    return list(_wrong(policy, cases))


def _wrong(policy: Policy, cases: list[Case]) -> Iterator[str]:
    for number, case in enumerate(cases, 1):
        answer = _shown(_ask(policy, case))
        if answer.partition(":")[0] != case.expect:
            yield f"case {number}: {case.verb} of {case.target.name}: expected {case.expect}, got {answer}"


def _ask(policy: Policy, case: Case) -> Decision:
    who, where, what = case.person, case.channel, case.target
    person = Person(who.team, who.user, who.user, who.bot, who.guest, who.stranger, roles=who.roles)
    channel = Channel(where.id, where.kind, where.shared, where.guests, where.listed)
    scope = Scope(what.context, what.engine, what.namespace, what.protected)
    thing = Container(scope, "id", what.name, what.image, state=what.state, labels=what.labels)
    return policy.decide_all(person, channel, case.verb, thing, Circumstances(case.approvals, case.binary))


def _shown(decision: Decision) -> str:
    if isinstance(decision, Allow):
        return "allow"
    return f"ask {decision.approvals}" if isinstance(decision, Ask) else f"deny: {decision.why}"
