"""What cdebug makes: written down before it is made, and until it is gone again.

The ledger may be lost; what was made carries the same in its labels, and is found by them. Labels are signed: anybody
who can reach the engine can write some, and an image hands its own down to every container of it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

MadeState = Literal["intended", "made", "undone", "stuck"]
LABEL = "cdebug/made"
_SAID = ("command", "team", "user", "channel", "thread", "verb")  # fields that are labels too
_EXPIRES, _SEAL = "cdebug/expires", "cdebug/seal"
LABELS = frozenset({LABEL, *(f"cdebug/{name}" for name in _SAID), _EXPIRES, _SEAL})
_DIGITS, _SEAL_LENGTH = 12, 40  # a label of Kubernetes holds 63 characters
Sign = Callable[[str], str]


@dataclass(frozen=True)
class MadeObject:
    """One object that a command made, or is about to make.

    id: of this entry, and the value of its label; command: of the command that made it. user, channel, thread: for
    whom, and where it was asked for. expires: seconds since the epoch, after which it is removed whoever still uses it.
    why: what keeps it, once it is stuck, or why it was left. seal: a mac over what its labels say, and over its name.
    undo: of something that was changed, what there is to put back (`plan.undo_of`); what was made is removed.
    """

    id: str
    command: str
    context: str
    namespace: str
    kind: str
    name: str
    team: str
    user: str
    channel: str
    thread: str
    verb: str
    expires: float
    state: MadeState = "intended"
    why: str = ""
    seal: str = ""
    undo: str = ""

    def __str__(self) -> str:
        place = f"{self.context}/{self.namespace}" if self.namespace else self.context
        return f"{place}/{self.kind}/{self.name}" if self.undo else f"{place}/{self.name}"

    @property
    def labels(self) -> dict[str, str]:
        """What the object itself carries; each is a valid label of Kubernetes too."""
        said = {f"cdebug/{name}": str(getattr(self, name)) for name in _SAID}
        return {LABEL: self.id, **said, _EXPIRES: str(int(self.expires)), _SEAL: self.seal}

    def sealed(self, sign: Sign) -> MadeObject:
        """The same, with the seal that its labels carry."""
        place = (self.context, self.namespace, self.kind, self.name)
        undo = [self.undo] if self.undo else []
        said = json.dumps([self.id, *place, *(getattr(self, name) for name in _SAID), int(self.expires), *undo])
        return replace(self, seal=sign(said)[:_SEAL_LENGTH])

    def is_ours(self, sign: Sign) -> bool:
        """Whether cdebug itself wrote its labels, for an object of this name."""
        return hmac.compare_digest(self.seal.encode(), self.sealed(sign).seal.encode())

    @classmethod
    def of_labels(
        cls, context: str, namespace: str, kind: str, name: str, labels: Mapping[str, str], undo: str = ""
    ) -> MadeObject | None:
        """What an object says of itself, true or not; None where it says nothing."""
        if not labels.get(LABEL):
            return None
        until = labels.get(_EXPIRES, "")
        return cls(
            id=labels[LABEL],
            context=context,
            namespace=namespace,
            kind=kind,
            name=name,
            expires=float(until) if until.isascii() and until.isdigit() and len(until) < _DIGITS else 0.0,
            state="made",
            seal=labels.get(_SEAL, ""),
            undo=undo,
            **{field: labels.get(f"cdebug/{field}", "") for field in _SAID},
        )

    def is_due(self, now: float) -> bool:
        """Whether it is to be removed by now."""
        return self.state == "stuck" or self.expires <= now

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> MadeObject:
        """Raises ValueError, KeyError or TypeError for what is none. What only another version knows is left out."""
        known = json.loads(text)
        return cls(**{name: known[name] for name in (field.name for field in fields(cls)) if name in known})
