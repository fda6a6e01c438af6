"""Who may do what: one Cedar policy file, judged on what was found and who will read the answer.

Rules of this file:
- what can't be known is a denial: no answer, an error, or any diagnostic of the evaluator refuses.
  Cedar skips a forbid whose condition errors, and would allow; that is why diagnostics refuse.
- the scope is decided first, then each object in it.
- an object on which `ps` is refused does not exist for that person.

Source: https://docs.cedarpolicy.com; the guards are each shown by a test in tests/core/test_policy.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cedarpy

from bot.core.action import Action, Layer
from bot.core.errors import Misconfigured
from bot.core.person import Channel, Person
from bot.core.target import Container, Found, Scope, Thing

_TYPES = ("Scope", "Container", "Image", "Network", "Node", "NewObject")
_SEES = "ps"


@dataclass(frozen=True)
class Allow:
    """It may run."""


@dataclass(frozen=True)
class Deny:
    """It may not, and why: the `@id`s of the policies that forbid, or that none permits."""

    why: str


@dataclass(frozen=True)
class Ask:
    """It may run once `approvals` people have approved exactly this."""

    approvals: int


Decision = Allow | Deny | Ask


def schema_of(verbs: Iterable[type[Action]]) -> str:
    """The Cedar schema that policies are checked against: every verb is an action in its layer's group."""
    of_object = "context: String, namespace: String, engine: String, name: String, image: String, state: String"
    lines = [
        "entity Role;",
        "entity Person in [Role] { team: String, guest: Bool, bot: Bool, stranger: Bool };",
        *(f"entity {name} {{ {of_object} }} tags String;" for name in _TYPES),
        *(f'action "{layer.value}";' for layer in Layer),
    ]
    of_request = "channel: { id: String, kind: String, shared: Bool, guests: Bool }, approvals: Long"
    lines += [
        f'action "{verb.verb}" in [Action::"{verb.layer.value}"] appliesTo {{ principal: [Person], '
        f"resource: [{', '.join(_TYPES)}], context: {{ {of_request} }} }};"
        for verb in verbs
        if verb.verb not in {layer.value for layer in Layer}
    ]
    return "\n".join(lines)


class Policy:
    """A policy file that parsed and fits the schema."""

    def __init__(self, text: str, verbs: Iterable[type[Action]], name: str = "policy") -> None:
        """Raises Misconfigured, naming the policy that is wrong."""
        schema = schema_of(verbs)
        self._schema = cedarpy.Schema.from_str(schema)
        try:
            self._policies = cedarpy.PolicySet.from_str(text)
        except ValueError as error:
            raise Misconfigured(f"{name} does not parse", why=str(error)[:300]) from error
        self._names = _names(self._policies, name)
        result = cedarpy.validate_policies(text, schema)
        if not result.validation_passed:
            raise Misconfigured(f"{name} fits no schema", why="; ".join(str(e) for e in result.errors)[:600])

    def sees(self, person: Person, channel: Channel, thing: Found) -> bool:
        """Whether an object exists for this person at all."""
        return isinstance(self.decide(person, channel, _SEES, thing), Allow)

    def decide(self, person: Person, channel: Channel, verb: str, thing: Scope | Thing | Found) -> Decision:
        """May this person use this verb on this one object, read in this channel?"""
        resource = _entity(thing)
        entities = [_person(person), *({"uid": _uid("Role", r), "attrs": {}, "parents": []} for r in person.roles)]
        request = {
            "principal": _uid("Person", f"{person.team}/{person.user}"),
            "action": _uid("Action", verb),
            "resource": resource["uid"],
            "context": {
                "channel": {
                    "id": channel.id,
                    "kind": channel.kind,
                    "shared": channel.shared,
                    "guests": channel.guests,
                },
                "approvals": 0,
            },
        }
        try:
            result = cedarpy.is_authorized(request, self._policies, [*entities, resource], self._schema)
        except Exception as error:
            return Deny(f"policy could not be evaluated ({type(error).__name__})")
        if result.diagnostics.errors:
            return Deny("policy could not be evaluated")
        if result.decision == cedarpy.Decision.Allow:
            return Allow()
        reasons = ", ".join(sorted(self._names[reason] for reason in result.diagnostics.reasons))
        return Deny(f"policy `{reasons}`" if reasons else "no policy permits it")


def _names(policies: cedarpy.PolicySet, name: str) -> dict[str, str]:
    """Cedar's own ids (policy0, policy1, …) and the @id that people gave. Raises Misconfigured."""
    parsed = policies.to_pst().static_policies
    names = {key: policy.annotations.get("id", "") for key, policy in parsed.items()}
    if not all(names.values()):
        raise Misconfigured(f"{name} has a policy without an @id", hint='Write `@id("…")` before each.')
    if doubled := [known for known, count in Counter(names.values()).items() if count > 1]:
        raise Misconfigured(f"{name} has two policies with one @id", why=doubled[0])
    return names


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
    return {
        "uid": _uid(type(thing).__name__, json.dumps([scope.context, scope.namespace, name])),
        "attrs": {
            "context": scope.context,
            "namespace": scope.namespace,
            "engine": scope.engine,
            "name": name,
            "image": thing.image if isinstance(thing, Container) else "",
            "state": thing.state if isinstance(thing, Container) else "",
        },
        "parents": [],
        "tags": dict(getattr(thing, "labels", {})),
    }
