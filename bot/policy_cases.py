"""`policy test FILE CASES.yaml`: a table of who, where, what and the answer that is expected.

- person:  {roles: [responder]}                  # also: guest, bot, stranger
  channel: {kind: channel, listed: true}         # also: id, shared, guests
  verb:    exec
  target:  {name: checkout, protected: true}     # also: kind, container, context, namespace, engine, image, …
  plan:    {images: [toolbox:1]}                 # also: what else `context.plan` has; what is made as kind/name
  expect:  ask 1                                 # allow, deny, ask N
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.errors import Misconfigured
from bot.core.kinds import kind_of
from bot.core.person import Channel, Person
from bot.core.plan import Change, Plan
from bot.core.policy import Allow, Ask, Circumstances, Decision, Policy
from bot.core.target import Container, Image, Network, NewObject, Node, Resource, Scope, Thing


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


def _kind(word: str) -> str:
    """Raises ValueError: a policy that is asked about a kind that doesn't exist may answer anything."""
    if kind := kind_of(word):
        return kind
    raise ValueError(f"no such kind: {word}")


Named = Annotated[str, Field(pattern=r"^[a-z]+/.+$")]


class What(_Part):
    """An object, as policy sees it: a container, or another kind."""

    kind: Annotated[str, AfterValidator(_kind)] = "container"
    name: str = "some"
    container: str = ""
    context: str = "local"
    namespace: str = ""
    engine: str = "docker"
    image: str = ""
    state: str = "running"
    labels: Mapping[str, str] = {}
    protected: bool = False


class Planned(_Part):
    """What a command will make, change or remove, as policy sees it; objects as `kind/name`."""

    images: tuple[str, ...] = ()
    privileged: bool = False
    capabilities: tuple[str, ...] = ()
    host_namespaces: Annotated[tuple[str, ...], Field(alias="hostNamespaces")] = ()
    host_paths: Annotated[tuple[str, ...], Field(alias="hostPaths")] = ()
    secrets: int = 0
    creates: tuple[Named, ...] = ()
    patches: tuple[Named, ...] = ()
    deletes: tuple[Named, ...] = ()


class Case(_Part):
    """One question and its answer."""

    person: Who = Who()
    channel: Where = Where()
    verb: str
    target: What = What()
    plan: Planned = Planned()
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
    if unknown := {case.verb for case in cases} - policy.verbs:
        raise Misconfigured(f"{path}: no such verb: {', '.join(sorted(unknown))}", hint="`help` lists the verbs.")
    return list(_wrong(policy, cases))


def _wrong(policy: Policy, cases: list[Case]) -> Iterator[str]:
    for number, case in enumerate(cases, 1):
        answer = _shown(_ask(policy, case))
        if answer.partition(":")[0] != case.expect:
            of = case.target.name if case.target.kind == "container" else f"{case.target.kind}/{case.target.name}"
            yield f"case {number}: {case.verb} of {of}: expected {case.expect}, got {answer}"


def _ask(policy: Policy, case: Case) -> Decision:
    who, where, what = case.person, case.channel, case.target
    person = Person(who.team, who.user, who.user, who.bot, who.guest, who.stranger, roles=who.roles)
    channel = Channel(where.id, where.kind, where.shared, where.guests, where.listed)
    scope = Scope(what.context, what.engine, what.namespace, what.protected)
    known = Circumstances(case.approvals, case.binary, _plan(case.plan, scope))
    return policy.decide_all(person, channel, case.verb, _thing(what, scope), known)


def _thing(what: What, scope: Scope) -> Thing:
    match what.kind:
        case "container":
            return Container(
                scope, "id", what.name, what.image, state=what.state, labels=what.labels, container=what.container
            )
        case "node":
            return Node(replace(scope, namespace=""), what.name, what.labels)
        case "image":
            return Image(scope, "id", what.name, what.labels)
        case "network":
            return Network(scope, "id", what.name, what.labels)
    return Resource(scope, what.kind, what.name, labels=what.labels)


def _plan(planned: Planned, scope: Scope) -> Plan:
    """Made and changed things stand where the target does."""
    known = dict(planned)
    known["creates"] = tuple(NewObject(scope, name, kind=kind) for kind, name in map(_parted, planned.creates))
    for field in ("patches", "deletes"):
        known[field] = tuple(
            Change(_thing(What(kind=kind, name=name), scope)) for kind, name in map(_parted, known[field])
        )
    return Plan(**known)


def _parted(object_: str) -> tuple[str, str]:
    kind, _, name = object_.partition("/")
    return kind, name


def _shown(decision: Decision) -> str:
    if isinstance(decision, Allow):
        return "allow"
    return f"ask {decision.approvals}" if isinstance(decision, Ask) else f"deny: {decision.why}"
