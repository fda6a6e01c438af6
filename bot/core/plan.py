"""What a command will make, change or remove: resolved before anybody decides, and carried out as it stands.

Policy judges it (`context.plan`), the card shows all of it, and an approval is good for this one plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.edits import Edit
from bot.core.target import Found, NewObject, Objects, Thing, things_of
from bot.core.units import show_duration


@dataclass(frozen=True)
class Change:
    """Something that is there already, as it was found, and how it is changed; nothing where it is removed.

    edits: what is asked for. effects: what becomes of it, as the engine itself says: what an engine adds, too.
    """

    thing: Thing
    edits: tuple[Edit, ...] = ()
    effects: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return f"{self.thing.kind}/{self.thing.name}"


@dataclass(frozen=True)
class Plan:
    """Empty for a command that only reads.

    capabilities: those that are gained over the target's own. host_namespaces: `pid`, `network`, `ipc`. secrets: how
    many Secrets become readable. ends_s: seconds after which what is made ends by itself. passed_over: plans that were
    not taken, stronger and weaker ones, and why. looked_up: names that stood for something else, and for what.
    about: rows of a verb's own, label and value. warnings: what the engine, or cdebug, has to say against it.
    """

    images: tuple[str, ...] = ()
    privileged: bool = False
    capabilities: tuple[str, ...] = ()
    host_namespaces: tuple[str, ...] = ()
    host_paths: tuple[str, ...] = ()
    secrets: int = 0
    creates: tuple[NewObject, ...] = ()
    patches: tuple[Change, ...] = ()
    deletes: tuple[Change, ...] = ()
    ends_s: float = 0.0
    passed_over: tuple[tuple[str, str], ...] = ()
    looked_up: tuple[tuple[str, str], ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != NO_PLAN

    @property
    def things(self) -> tuple[Thing, ...]:
        """What is made, changed and removed: policy judges each as an object."""
        return (*self.creates, *(change.thing for change in (*self.patches, *self.deletes)))


NO_PLAN = Plan()


def undo_of(change: Change) -> str:
    """What is kept of a change that is to be undone: of which object, by its id, and all that became of it."""
    known = {"id": getattr(change.thing, "id", ""), "edits": [edit.to_json() for edit in change.effects]}
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def read_undo(text: str) -> tuple[str, tuple[Edit, ...]]:
    """The inverse. Raises ValueError, KeyError or TypeError for what is none."""
    known = json.loads(text)
    return known["id"], tuple(map(Edit.from_json, known["edits"]))


def reached(found: Found, plan: Plan) -> Found:
    """What was found with what is planned for: whoever may not know of one doesn't read of the other."""
    return Objects(found.scope, (*things_of(found), *plan.things)) if plan.things else found


def for_policy(plan: Plan) -> Mapping[str, Any]:
    """As `context.plan` has it; `POLICY` is its type."""
    return {
        "images": list(plan.images),
        "privileged": plan.privileged,
        "capabilities": list(plan.capabilities),
        "hostNamespaces": list(plan.host_namespaces),
        "hostPaths": list(plan.host_paths),
        "secrets": plan.secrets,
        "creates": [f"{it.kind}/{it.name}" for it in plan.creates],
        "patches": list(map(str, plan.patches)),
        "deletes": list(map(str, plan.deletes)),
    }


_SETS = ("images", "capabilities", "hostNamespaces", "hostPaths", "creates", "patches", "deletes")
POLICY = f"{', '.join(f'{name}: Set<String>' for name in _SETS)}, privileged: Bool, secrets: Long"


_Show = Callable[[Any], Any]


def rows_of(
    plan: Plan, shown: _Show = lambda spec: spec, edited: _Show = lambda value: value
) -> Iterator[tuple[str, str]]:
    """The whole plan, as an approver reads it. shown: what of a specification is; edited: what of a value that is read
    from an object, or will stand there.
    """
    yield from (("image", image) for image in plan.images)
    yield from plan.about
    if plan.privileged:
        yield "privileged", "yes: it has root's power over the machine"
    yield from (("gains capability", name) for name in plan.capabilities)
    yield from (("joins the host's", f"{name} namespace") for name in plan.host_namespaces)
    yield from (("mounts from the host", path) for path in plan.host_paths)
    if plan.secrets:
        yield "secrets", f"{plan.secrets} become readable"
    for thing in plan.creates:
        yield "creates", _named(thing)
        if thing.stays:
            yield "  stays", "until its end: later commands that need the same use it"
        yield from (("  with", _plain(shown({name: value}))) for name, value in sorted(thing.spec.items()))
        yield from (("  labelled", _plain({name: value})) for name, value in sorted(thing.labels.items()))
    for change in plan.patches:
        yield "changes", _named(change.thing)
        yield from _edited(change, edited)
    yield from (("deletes", _named(change.thing)) for change in plan.deletes)
    if plan.ends_s:
        what = "is undone by itself" if plan.patches else "ends by itself"
        yield what, f"after {show_duration(plan.ends_s)} ({plan.ends_s:.10g} seconds)"
    yield from (("looked up", f"{name}: {what}") for name, what in plan.looked_up)
    yield from (("not taken", f"{name}: {why}") for name, why in plan.passed_over)
    yield from (("warning", said) for said in plan.warnings)


_SHORT = 120


def _edited(change: Change, shown: _Show) -> Iterator[tuple[str, str]]:
    """Each place, what it was and what it will be: a long value cuts off no other."""
    for edit in change.effects:
        old, new = (_value(edit, value, shown) for value in (edit.old, edit.new))
        by = "" if any(edit.place == it.place for it in change.edits) else "  (the cluster makes this of it)"
        if len(old) + len(new) <= _SHORT:
            yield f"  {edit}", f"{old} → {new}{by}"
        else:
            yield f"  {edit} becomes", f"{new}{by}"
            yield f"  {edit} was", old
    for edit in change.edits:
        if edit not in change.effects:
            yield f"  {edit}", f"is asked to be {_value(edit, edit.new, shown)}"


def _value(edit: Edit, value: object, shown: _Show) -> str:
    """A text is shown as that of its name: it may be a secret."""
    if value is None:
        return "nothing"
    if not isinstance(value, str):
        return _plain(shown(value))
    name = edit.place[-2] if edit.place[-1] == "value" else edit.place[-1]
    return _plain(shown({"name": name, "value": value})["value"])


def _named(thing: Thing) -> str:
    """Where it is, what it is, and which of that name."""
    name = thing.full_name if isinstance(thing, NewObject) else thing.name
    known = getattr(thing, "id", "")
    return f"{thing.scope}/{thing.kind}/{name}{known and f' ({known})'}"


def _plain(value: object) -> str:
    """Exact: a text is no number that looks like it."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
