"""What cdebug makes: written down before it is made, and until it is gone again.

The ledger may be lost; what was made carries the same in its labels, and is found by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

MadeState = Literal["intended", "made", "undone", "stuck"]
LABEL = "cdebug/made"
_SAID = ("command", "team", "user", "channel", "thread", "verb")  # fields that are labels too
_EXPIRES = "cdebug/expires"
_DIGITS = 12


@dataclass(frozen=True)
class MadeObject:
    """One object that a command made, or is about to make.

    id: of this entry, and the value of its label; command: of the command that made it. user, channel, thread: for
    whom, and where it was asked for. expires: seconds since the epoch, after which it is removed whoever still uses it.
    why: what keeps it, once it is stuck.
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

    def __str__(self) -> str:
        place = f"{self.context}/{self.namespace}" if self.namespace else self.context
        return f"{place}/{self.name}"

    @property
    def labels(self) -> dict[str, str]:
        """What the object itself carries; each is a valid label of Kubernetes too."""
        said = {f"cdebug/{name}": str(getattr(self, name)) for name in _SAID}
        return {LABEL: self.id, **said, _EXPIRES: str(int(self.expires))}

    @classmethod
    def of_labels(
        cls, context: str, namespace: str, kind: str, name: str, labels: Mapping[str, str]
    ) -> MadeObject | None:
        """What an object says of itself; None where it isn't cdebug's. Labels that somebody damaged expire at once."""
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
            **{field: labels.get(f"cdebug/{field}", "") for field in _SAID},
        )

    def is_due(self, now: float) -> bool:
        """Whether it is to be removed by now."""
        return self.state == "stuck" or self.expires <= now

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> MadeObject:
        return cls(**json.loads(text))
