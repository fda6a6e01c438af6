"""Values as the text that Redis keeps, and back. A text that an earlier version wrote is read as well.

What policy doesn't look at is left out of what was found: it is judged again when somebody looks at it later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from functools import lru_cache
from typing import Any

from bot.core.acts import (
    Act,
    AgainPress,
    ApprovalPress,
    DenialForm,
    FilterForm,
    MenuChoice,
    ResultPress,
    RunPress,
    ShellLine,
    TypedCommand,
    form_of,
    press_of,
)
from bot.core.approval import Approval, Vote
from bot.core.audit import Entry, canonical
from bot.core.edits import Edit
from bot.core.plan import NO_PLAN, Change, Plan
from bot.core.ports.state import LiveRun, StoredResult
from bot.core.request import Place, Request
from bot.core.subject import Subject
from bot.core.target import (
    Container,
    Found,
    Image,
    Network,
    NewObject,
    Node,
    Objects,
    Resource,
    Scope,
    Thing,
    things_of,
)

_SHAPES = {shape.__name__: shape for shape in (Container, Resource, Image, Network, Node, NewObject)}
_UNJUDGED = frozenset({"row", "others", "secret_paths", "secret_variables", "secrets"})


# ---- what was found, and what was planned for it


def found_to_json(found: Found) -> str:
    """All of it that policy may look at."""
    return json.dumps(_found(found, [[type(thing).__name__, _judged(thing)] for thing in things_of(found)]))


def found_from_json(text: str) -> Found:
    """The inverse. Raises ValueError, KeyError or TypeError for what is none."""
    return _read_found(json.loads(text))


def _found(found: Found, things: list[Any]) -> dict[str, Any]:
    """One thing is itself, and no or several are a list, unless it is said."""
    known = {"scope": asdict(found.scope), "things": things}
    if isinstance(found, Scope):
        known["is"] = "scope"
    elif isinstance(found, Objects) and len(things) == 1:
        known["is"] = "list"
    return known


def _judged(thing: Thing) -> dict[str, object]:
    return {name: value for name, value in asdict(thing).items() if name not in _UNJUDGED}


def _read_found(known: Mapping[str, Any]) -> Found:
    scope = Scope(**known["scope"])
    things = tuple(_SHAPES[name](**{**data, "scope": Scope(**data["scope"])}) for name, data in known["things"])
    if known.get("is") == "scope":
        return scope
    return things[0] if len(things) == 1 and known.get("is") != "list" else Objects(scope, things)


def subject_to_json(subject: Subject | None) -> str:
    """In few words: what is empty is left out."""
    if subject is None:
        return ""
    things = [[type(thing).__name__, _set(thing)] for thing in things_of(subject.found)]
    labels = {} if subject.labels is None else {"labels": sorted(subject.labels)}
    more = {"more": subject.more} if subject.more else {}
    return json.dumps({**_found(subject.found, things), **labels, **more})


def _set(thing: Thing) -> dict[str, object]:
    """Its fields that aren't at their defaults."""
    plain = {field.name: field.default for field in fields(thing) if field.default is not MISSING}
    return {name: value for name, value in _judged(thing).items() if name not in plain or value != plain[name]}


def subject_from_json(text: str) -> Subject | None:
    """The inverse."""
    if not text:
        return None
    known = json.loads(text)
    labels = frozenset(known["labels"]) if "labels" in known else None
    return Subject(_read_found(known), labels, known.get("more", 0))


_CHANGES = ("patches", "deletes")


def plan_to_json(plan: Plan) -> str:
    """Nothing for a command that only reads."""
    if not plan:
        return ""
    known = _flat(plan)
    known |= {"creates": [found_to_json(thing) for thing in plan.creates]}
    known |= {name: list(map(_change_to_json, known[name])) for name in _CHANGES}
    return json.dumps(known, sort_keys=True)


def plan_from_json(text: str) -> Plan:
    """The inverse."""
    return Plan(**{name: _read_part(name, value) for name, value in json.loads(text).items()}) if text else NO_PLAN


def _read_part(name: str, value: Any) -> Any:
    if name == "creates":
        return tuple(found_from_json(each) for each in value)
    if name in _CHANGES:
        return tuple(map(_change_from_json, value))
    return _as_tuple(value)


def _change_to_json(change: Change) -> list[Any]:
    edits, effects = ([edit.to_json() for edit in of] for of in (change.edits, change.effects))
    return [found_to_json(change.thing), edits, effects]


def _change_from_json(known: Any) -> Change:
    edits, effects = (tuple(map(Edit.from_json, of)) for of in known[1:])
    return Change(things_of(found_from_json(known[0]))[0], edits, effects)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


def _flat(value: Plan | Request | Approval | StoredResult | LiveRun | Entry, but: str = "") -> dict[str, Any]:
    """Its fields as they are: what was found can be thousands of objects, and is written in its own way."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name != but}


# ---- requests


def request_to_fields(request: Request) -> dict[str, Any]:
    """Flat, with `kind`, `text`, `stdin`, `action` and `value` for the act."""
    return {**_flat(request, "act"), "text": "", "stdin": "", "action": "", "value": "", **_act(request.act)}


def request_from_fields(known: Mapping[str, Any]) -> Request:
    """The inverse. Raises ValueError, KeyError or TypeError for what is none."""
    plain = {name: value for name, value in known.items() if name not in _OF_ACT}
    return Request(**plain, act=_read_act(**{name: known[name] for name in _OF_ACT}))


_OF_ACT = ("kind", "text", "stdin", "action", "value")


def _act(act: Act) -> dict[str, str]:
    match act:
        case TypedCommand(words, stdin):
            return {"kind": "command", "text": words, "stdin": stdin}
        case ShellLine(words):
            return {"kind": "line", "text": words}
        case RunPress(word):
            return {"kind": "press", "action": word, "value": "-"}
        case ApprovalPress(word, about) | ResultPress(word, about):
            return {"kind": "press", "action": word, "value": about}
        case AgainPress(menu):
            return {"kind": "choose", "action": menu, "text": "again", "value": "0"}
        case MenuChoice(menu, index):
            return {"kind": "choose", "action": menu, "text": "pick", "value": str(index)}
        case FilterForm(about, words) | DenialForm(about, words):
            return {"kind": "form", "action": act.word, "value": about, "text": words}


def _read_act(kind: str, text: str, stdin: str, action: str, value: str) -> Act:
    match kind:
        case "command":
            return TypedCommand(text, stdin)
        case "line":
            return ShellLine(text)
        case "press":
            return press_of(action, value)
        case "choose":
            if text not in ("again", "pick"):  # an earlier version put the command that was chosen here
                return TypedCommand(text, stdin)
            return AgainPress(action) if text == "again" else MenuChoice(action, int(value))
        case "form":
            return form_of(action, value, text)
    raise ValueError(f"no act: {kind}")


# ---- records


def approval_to_json(approval: Approval) -> str:
    """The same text for the same request: it is compared when the request moves on."""
    known = _record(approval) | {"request": request_to_fields(approval.request)}
    known |= {"place": asdict(approval.place), "card": asdict(approval.card)}
    return json.dumps(known | {"votes": [asdict(vote) for vote in approval.votes]}, sort_keys=True)


def approval_from_json(text: str | bytes) -> Approval:
    """The inverse."""
    known = _read_record(text)
    known["request"] = request_from_fields(known["request"])
    known["place"], known["card"] = Place(**known["place"]), Place(**known["card"])
    known["groups"] = tuple((title, tuple((a, b) for a, b in rows)) for title, rows in known["groups"])
    known["asked"] = tuple(known["asked"])
    known["votes"] = tuple(Vote(**vote) for vote in known["votes"])
    return Approval(**known)


def result_to_json(result: StoredResult) -> str:
    return json.dumps({**_record(result), "mentions": subject_to_json(result.mentions)})


def result_from_json(text: str | bytes) -> StoredResult:
    """The inverse."""
    known = _read_record(text)
    known |= {"columns": tuple(known["columns"]), "notes": tuple(known["notes"])}
    return StoredResult(**{**known, "mentions": subject_from_json(known["mentions"])})


def run_to_json(run: LiveRun) -> str:
    return json.dumps(_record(run))


def run_from_json(text: str | bytes) -> LiveRun:
    """The inverse."""
    return LiveRun(**_read_record(text))


def _record(record: Approval | StoredResult | LiveRun) -> dict[str, Any]:
    return {**_flat(record), "found": found_to_json(record.found), "plan": plan_to_json(record.plan)}


def _read_record(text: str | bytes) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(text)
    return {**known, "found": found_from_json(known["found"]), "plan": plan_from_json(known["plan"])}


# ---- the audit


def entry_to_json(entry: Entry) -> str:
    """An entry as it is chained: what is empty is left out."""
    known = {**_flat(entry), "found": subject_to_json(entry.found)}
    return canonical(
        {name: value for name, value in known.items() if value not in ("", 0, None) or (value == 0 and name == "exit")}
    )


_FIELDS = frozenset(field.name for field in fields(Entry))


def entry_from_json(text: str) -> Entry:
    """The inverse; what another version wrote beside it is passed over. Raises ValueError, TypeError or KeyError for
    what is none.
    """
    known = {name: value for name, value in json.loads(text).items() if name in _FIELDS}
    return Entry(**{**known, "found": _about(known.get("found", ""))})


_about = lru_cache(maxsize=64)(subject_from_json)  # most records are about what the ones beside them are about
