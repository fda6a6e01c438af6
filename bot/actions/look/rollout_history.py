"""`rollout history`: what a workload was made of before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.actions.kit.workloads import name_of, workload_of
from bot.core.action import Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import NotFound
from bot.core.output import Card, Note, Output, Table
from bot.core.ports.changes import Revision, RevisionsPort
from bot.core.takes import one
from bot.core.target import Thing
from bot.core.units import show_age

_COLUMNS = ("REVISION", "AGE", "IMAGES", "CHANGED", "CAUSE")
_FEW = 3


@dataclass(frozen=True, kw_only=True)
class RolloutHistory(
    TargetedAction,
    verb="rollout history",
    takes=one("object"),
    needs=(RevisionsPort,),
    rights=("get KIND", "list replicasets.apps"),
    examples=("rollout history deploy/web", "rollout history deploy/web --revision 3"),
):
    """List the revisions of a workload that are kept: when, with which images, what each changed; or one of them."""

    number: Annotated[int, option("--revision", help="only this one, with all that it changed"), Shown("NUMBER")] = 0

    @property
    def instead(self) -> str:
        return "Docker keeps no revisions; `images` lists what there is."

    async def run(self, found: Thing, bench: Bench) -> AsyncGenerator[Output, None]:
        thing = workload_of(found, self.verb)
        kept = await bench.port(RevisionsPort).revisions(thing)
        if self.number:
            yield self._one(kept, found)
            return
        rows = [
            (_numbered(it), show_age(it.made, bench.now), _images(it), _few(it.edits), it.cause or "-") for it in kept
        ]
        yield Table(_COLUMNS, rows)
        if len(kept) > 1:
            before = next((it.number for it in kept if not it.present), 0)
            yield Note(f"`rollout undo {name_of(thing)}` makes it what it was in revision {before}.")

    def _one(self, kept: Sequence[Revision], found: Thing) -> Card:
        known = next((it for it in kept if it.number == self.number), None)
        if known is None:
            numbers = ", ".join(str(it.number) for it in kept)
            raise NotFound(f"no revision {self.number} of", found, hint=f"These are kept: {numbers or 'none'}.")
        groups = [("Images", known.images), ("Changed", [("", edit) for edit in known.edits])]
        return Card(f"{found.kind}/{found.name}, revision {_numbered(known)}", groups)


def _numbered(it: Revision) -> str:
    return f"{it.number} (now)" if it.present else str(it.number)


def _images(it: Revision) -> str:
    return ", ".join(image for _, image in it.images)


def _few(edits: tuple[str, ...]) -> str:
    more = f" and {len(edits) - _FEW} more" if len(edits) > _FEW else ""
    return f"{', '.join(edits[:_FEW])}{more}" or "-"
