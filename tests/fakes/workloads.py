"""An engine in memory that has workloads of so many replicas, and changes them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from bot.core.edits import Edit, differences, overtaken, undoing
from bot.core.errors import CdebugError, NotRunning
from bot.core.facts.objects import ObjectFacts
from bot.core.ledger import MadeObject
from bot.core.plan import Change, Plan, read_undo
from bot.core.ports.changes import Reverted
from bot.core.takes import Takes
from bot.core.target import Candidates, Resource, TargetRef, Thing
from bot.core.wishes import WantedReplicas, WorkloadWish
from tests.fakes.world import FakeEngine


class FakeWorkloads(FakeEngine):
    """By their names. It has the ports Changes and Objects, beside a fake engine's."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, Any]] = {"web": {"replicas": 2}}
        self.marks: dict[str, MadeObject] = {}
        self.refuses: CdebugError | None = None

    def kinds(self, takes: Takes) -> frozenset[str]:
        return frozenset({"deployment"})

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        return Candidates((self._thing(ref.name),) if ref.name in self.objects else ())

    def _thing(self, name: str) -> Resource:
        generation = hash(json.dumps(self.objects[name])) % 1_000
        return Resource(self.scope, "deployment", name, id=f"id-{name}", generation=generation)

    async def object_facts(self, thing: Thing) -> ObjectFacts:
        return ObjectFacts(kind="deployment", name=thing.name)

    async def plan_change(self, thing: Resource, wish: WorkloadWish, *, passing: bool = False) -> Plan:
        assert isinstance(wish, WantedReplicas)
        edits = tuple(differences(self.objects[thing.name], {"replicas": wish.count}))
        if not edits:
            raise NotRunning("nothing to change on", thing)
        return Plan(patches=(Change(thing, edits, edits),))

    async def change(self, change: Change, entry: MadeObject | None) -> None:
        if self.refuses:
            raise self.refuses
        self._apply(change.thing.name, change.edits)
        if entry:
            self.base.marks[change.thing.name] = entry

    async def revert(self, entry: MadeObject) -> Reverted:
        if self.base.stuck:
            raise self.base.stuck
        mark = self.base.marks.pop(entry.name, None)
        if mark is None or mark.id != entry.id:
            return Reverted("nothing") if entry.state == "intended" else Reverted("left", "its mark was taken off")
        _, made = read_undo(entry.undo)
        undone = undoing(made)
        if overtaken(self.base.objects[entry.name], undone):
            return Reverted("left", "replicas was changed since")
        self._apply(entry.name, undone)
        return Reverted("undone")

    def _apply(self, name: str, edits: tuple[Edit, ...]) -> None:
        now = copy.deepcopy(self.base.objects[name])
        for edit in edits:
            now[edit.place[-1]] = edit.new
        self.base.objects[name] = now

    async def changed(self, namespaces: Iterable[str]) -> list[tuple[Resource, MadeObject]]:
        return [(self._thing(name), entry) for name, entry in self.base.marks.items()]
