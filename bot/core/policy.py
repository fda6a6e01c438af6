"""Who may do what: one Cedar policy file, judged on what was found and who will read the answer.

Rules of this file:
- what can't be known is a denial: no answer, an error, or any diagnostic of the evaluator refuses.
  Cedar skips a forbid whose condition errors, and would allow; that is why diagnostics refuse.
- the scope is decided first, then each object in it.
- an object on which `ps` is refused does not exist for that person.
- Ask is exact: refused as it stands, permitted once so many people have approved.

Source: https://docs.cedarpolicy.com; the guards are each shown by a test in tests/core/test_policy.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cedarpy

from bot.core.action import Action, Layer
from bot.core.errors import Misconfigured
from bot.core.pattern import compiled
from bot.core.person import Channel, Person
from bot.core.plan import NO_PLAN, Plan, for_policy
from bot.core.plan import POLICY as PLAN
from bot.core.target import PROTECTED, Container, Found, Scope, Thing, things_of

BREAK_GLASS = "break-glass"
MOST_APPROVALS = 3
_TYPES = ("Scope", "Container", "Resource", "Image", "Network", "Node", "NewObject")
_SEES = "ps"
_TAG = compiled(r'(?:has|get)Tag\(\s*"([^"]+)"')


@dataclass(frozen=True)
class Allow:
    """It may run; `by` names the policies that say so."""

    by: str = ""


@dataclass(frozen=True)
class Deny:
    """It may not, and why: the `@id`s of the policies that forbid, or that none permits."""

    why: str


@dataclass(frozen=True)
class Ask:
    """It may run once `approvals` people have approved exactly this; `by` names the policies that say so."""

    approvals: int
    by: str = ""


Decision = Allow | Deny | Ask


def strictest(decisions: Iterable[Decision]) -> Decision:
    """One decision for several objects: a denial wins, then the one that asks for most."""
    answer: Allow | Ask = Allow()
    for decision in decisions:
        if isinstance(decision, Deny):
            return decision
        if isinstance(answer, Allow) or (isinstance(decision, Ask) and decision.approvals > answer.approvals):
            answer = decision
    return answer


@dataclass(frozen=True)
class Circumstances:
    """What else a policy may look at: how many people approved, whether the output can't be scanned for secrets, and
    what the command will make, change or remove.
    """

    approvals: int = 0
    binary: bool = False
    plan: Plan = NO_PLAN


_LONGEST_MESSAGE = 300
PLAIN = Circumstances()


def schema_of(verbs: Iterable[type[Action]]) -> str:
    """The Cedar schema that policies are checked against: every verb is an action in its layer's group."""
    of_object = (
        "context: String, namespace: String, engine: String, kind: String, name: String, container: String, "
        "image: String, state: String, protected: Bool"
    )
    of_channel = "id: String, kind: String, shared: Bool, guests: Bool, listed: Bool"
    of_request = f"channel: {{ {of_channel} }}, approvals: Long, binary: Bool, plan: {{ {PLAN} }}"
    applies = f"appliesTo {{ principal: [Person], resource: [{', '.join(_TYPES)}], context: {{ {of_request} }} }};"
    layers = {layer.value for layer in Layer}
    lines = [
        "entity Role;",
        "entity Person in [Role] { team: String, guest: Bool, bot: Bool, stranger: Bool };",
        *(f"entity {name} {{ {of_object} }} tags String;" for name in _TYPES),
        # A layer applies by itself too: a policy may speak of one whose verbs are still to come.
        *(f'action "{name}" {applies}' for name in (*sorted(layers), BREAK_GLASS)),
    ]
    lines += [
        f'action "{verb.verb}" in [Action::"{verb.layer.value}"] {applies}' for verb in verbs if verb.verb not in layers
    ]
    return "\n".join(lines)


class Policy:
    """The rules in force. Everything that is decided, is decided here."""

    def __init__(self, text: str, verbs: Iterable[type[Action]], name: str = "policy") -> None:
        """Raises Misconfigured, naming the policy that is wrong."""
        self._verbs = tuple(verbs)
        self._rules = _Rules(text, self._verbs, name)

    def load(self, text: str, name: str = "policy") -> None:
        """Put other rules in force. Raises Misconfigured for bad ones: then the old ones stay."""
        self._rules = _Rules(text, self._verbs, name)

    @property
    def verbs(self) -> frozenset[str]:
        """All that it can be asked about."""
        layers = (layer.value for layer in Layer)
        return frozenset((*(verb.verb for verb in self._verbs), *layers, BREAK_GLASS))

    @property
    def asks_for_guests(self) -> bool:
        """Whether any rule looks at who else reads along: finding that out costs calls."""
        return "channel.guests" in self._rules.text

    @property
    def labels(self) -> frozenset[str]:
        """The labels that the rules name, and the one that protects: what a record must hold to be judged again."""
        return self._rules.labels

    def sees(self, person: Person, channel: Channel, thing: Found) -> bool:
        """Whether an object exists for this person at all."""
        return isinstance(self._rules.ask(person, channel, _SEES, thing, PLAIN), Allow)

    def sees_all(self, person: Person, channel: Channel, found: Found) -> bool:
        """Whether the scope and each object in it exist for this person: what was kept of them is theirs to know."""
        return all(self.sees(person, channel, thing) for thing in (found.scope, *things_of(found)))

    def decide(
        self, person: Person, channel: Channel, verb: str, thing: Scope | Thing | Found, known: Circumstances = PLAIN
    ) -> Decision:
        """May this person use this verb on this one object, read in this channel?"""
        decision = self._rules.ask(person, channel, verb, thing, known)
        if isinstance(decision, Allow):
            return decision
        for count in range(known.approvals + 1, MOST_APPROVALS + 1):
            approved = self._rules.ask(person, channel, verb, thing, replace(known, approvals=count))
            if isinstance(approved, Allow):
                return Ask(count, approved.by)
        return decision

    def decide_all(
        self, person: Person, channel: Channel, verb: str, found: Found, known: Circumstances = PLAIN
    ) -> Decision:
        """The same of the scope, of each object in it and of each that the plan makes, in one answer."""
        every = (found.scope, *things_of(found), *known.plan.things)
        return strictest(self.decide(person, channel, verb, each, known) for each in every)


class _Rules:
    """A policy file that parsed and fits the schema."""

    def __init__(self, text: str, verbs: Iterable[type[Action]], name: str) -> None:
        self.text = text
        self.labels = frozenset({PROTECTED, *(match[1] for match in _TAG.finditer(text))})
        schema = schema_of(verbs)
        self._schema = cedarpy.Schema.from_str(schema)
        try:
            self._policies = cedarpy.PolicySet.from_str(text)
        except ValueError as error:
            raise Misconfigured(f"{name} does not parse", why=_near(text, str(error))) from error
        self._names, self._messages = _names(self._policies, name), _messages(self._policies, name)
        result = cedarpy.validate_policies(text, schema)
        if not result.validation_passed:
            raise Misconfigured(
                f"{name} doesn't match the schema", why="; ".join(self._named(e) for e in result.errors)[:600]
            )

    def _named(self, error: Any) -> str:
        return f"`{self._names.get(error.policy_id, error.policy_id)}`: {error.error}"

    def ask(self, person: Person, channel: Channel, verb: str, thing: Found, known: Circumstances) -> Allow | Deny:
        """One evaluation, as it stands."""
        resource = _entity(thing)
        entities = [_person(person), *({"uid": _uid("Role", r), "attrs": {}, "parents": []} for r in person.roles)]
        request = {
            "principal": _uid("Person", f"{person.team}/{person.user}"),
            "action": _uid("Action", verb),
            "resource": resource["uid"],
            "context": _circumstances(channel, known),
        }
        try:
            result = cedarpy.is_authorized(request, self._policies, [*entities, resource], self._schema)
        except Exception as error:
            return Deny(f"policy could not be evaluated ({type(error).__name__})")
        if result.diagnostics.errors:
            return Deny("policy could not be evaluated")
        names = sorted(self._names[reason] for reason in result.diagnostics.reasons)
        reasons = ", ".join(names)
        if result.decision == cedarpy.Decision.Allow:
            return Allow(reasons)
        said = " ".join(self._messages[name] for name in names if name in self._messages)
        return Deny(f"policy `{reasons}`{said and f': {said}'}" if reasons else "no policy allows it")


def _near(text: str, said: str) -> str:
    """Cedar's syntax errors carry no place: the policies are tried one by one, and the first bad one is named."""
    for part in text.split("@id(")[1:]:
        try:
            cedarpy.PolicySet.from_str(f"@id({part}")
        except ValueError as error:
            return f"`{part.partition(')')[0].strip(chr(34))}`: {str(error)[:280]}"
    return said[:300]


def _circumstances(channel: Channel, known: Circumstances) -> dict[str, Any]:
    return {
        "channel": {
            "id": channel.id,
            "kind": channel.kind,
            "shared": channel.shared,
            "guests": channel.guests,
            "listed": channel.listed,
        },
        "approvals": known.approvals,
        "binary": known.binary,
        "plan": for_policy(known.plan),
    }


def _names(policies: cedarpy.PolicySet, name: str) -> dict[str, str]:
    """Cedar's own ids (policy0, policy1, …) and the @id that people gave. Raises Misconfigured."""
    parsed = policies.to_pst().static_policies
    names = {key: policy.annotations.get("id", "") for key, policy in parsed.items()}
    if not all(names.values()):
        raise Misconfigured(f"{name} has a policy without an @id", hint='Write `@id("…")` before each.')
    if doubled := [known for known, count in Counter(names.values()).items() if count > 1]:
        raise Misconfigured(f"{name} has two policies with one @id", why=doubled[0])
    return names


def _messages(policies: cedarpy.PolicySet, name: str) -> dict[str, str]:
    """What a denial adds, by @id: the @message of its policy. Raises Misconfigured for one that is too long."""
    of_policies = (policy.annotations for policy in policies.to_pst().static_policies.values())
    messages = {known["id"]: " ".join(known["message"].split()) for known in of_policies if known.get("message")}
    for known, message in messages.items():
        if len(message) > _LONGEST_MESSAGE:
            raise Misconfigured(
                f"{name}: the @message of `{known}` is too long", why=f"{len(message)} characters",
                hint=f"{_LONGEST_MESSAGE} fit.",
            )  # fmt: skip
    return messages


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _person(person: Person) -> dict[str, Any]:
    return {
        "uid": _uid("Person", f"{person.team}/{person.user}"),
        "attrs": {"team": person.team, "guest": person.guest, "bot": person.bot, "stranger": person.stranger},
        "parents": [_uid("Role", role) for role in person.roles],
    }


def _entity(thing: Found) -> dict[str, Any]:
    scope = thing.scope
    name = "" if isinstance(thing, Scope) else getattr(thing, "name", "")
    kind = getattr(thing, "kind", "")
    return {
        "uid": _uid(type(thing).__name__, json.dumps([scope.context, scope.namespace, kind, name])),
        "attrs": {
            "context": scope.context,
            "namespace": scope.namespace,
            "engine": scope.engine,
            "kind": kind,
            "name": name,
            "container": thing.container if isinstance(thing, Container) else "",
            "image": thing.image if isinstance(thing, Container) else "",
            "state": thing.state if isinstance(thing, Container) else "",
            "protected": thing.protected,
        },
        "parents": [],
        "tags": dict(getattr(thing, "labels", {})),
    }
