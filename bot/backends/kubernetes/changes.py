"""Changing a workload as the person who asked, by patches that test what they expect to find; and undoing that.

A change that is to be undone is marked on the object itself, in the same patch: a label by which it is found, and
annotations that say who made it, until when, and what was there before.
Sources: RFC 6902; Kubernetes API reference v1.34, "Dry-run"; apps/v1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.backends.kubernetes.client import JSON_PATCH, METADATA_LIST
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.disruption import autoscaling, disruption
from bot.backends.kubernetes.fieldowners import managers_of, owners_of
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.marks import MANAGER
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.revisions import KubernetesRevisions
from bot.backends.kubernetes.wanted import wanted
from bot.core.edits import Edit, differences, operations, overtaken, undoing, value_at
from bot.core.errors import ForbiddenByCluster, NotFound, NotRunning
from bot.core.facts.objects import Refused
from bot.core.ledger import LABEL, LABELS, MadeObject
from bot.core.plan import Change, Plan
from bot.core.target import EVERYWHERE, Resource, Scope
from bot.core.wishes import RolledBack, WantedReplicas, WorkloadWish

Json = Mapping[str, Any]
KINDS = ("deployment", "statefulset", "daemonset")
_UNDO = "cdebug/undo"
_MARKS = LABELS | {_UNDO}
_TRIES = 3
_AGAIN = "Send the command again: it is planned for what is there now."


class KubernetesChanges:
    """A change's place in an object is tested by its generation, which each change of its spec counts up."""

    def __init__(
        self, context: KubernetesContext, namespaces: KubernetesNamespaces, revisions: KubernetesRevisions
    ) -> None:
        self._context, self._api = context, context.api
        self._namespaces, self._revisions = namespaces, revisions

    # ---- planning

    async def plan_change(self, thing: Resource, wish: WorkloadWish, *, passing: bool = False) -> Plan:
        """The cluster is asked by a dry run, as the person."""
        seen = await self._read(thing)
        if seen["metadata"]["uid"] != thing.id:
            raise NotFound("another has taken the place of", thing)
        if passing:
            _check_unmarked(thing, seen)
        if value_at(seen, ("spec", "paused")) and isinstance(wish, RolledBack):
            raise NotRunning("cannot roll back", thing, why="it is paused", hint="`rollout resume` it first.")
        edits = tuple(differences(_own(seen), _own(await self._wanted(thing, seen, wish))))
        if not edits:
            raise NotRunning("nothing to change on", thing, why="it is so already")
        answer, warnings = await self._patched(thing, seen, edits, dry=True)
        effects = tuple(differences(_own(seen), _own(answer)))
        if taken := [str(edit) for edit in edits if not any(_is_same_place(edit, it) for it in effects)]:
            raise _meddled(thing, taken)
        return Plan(
            images=_images(answer) if any(edit.place[:2] == ("spec", "template") for edit in effects) else (),
            patches=(Change(self._thing(thing, seen), edits, effects),),
            about=(
                *(("pods", said) for said in disruption(thing.kind, seen, effects)),
                *(("owned by", said) for said in owners_of(seen, edits)),
            ),
            warnings=(*warnings, *await self._autoscaled(thing, wish), *_marked_already(seen)),
        )

    async def _wanted(self, thing: Resource, seen: Json, wish: WorkloadWish) -> Json:
        if not isinstance(wish, RolledBack):
            return wanted(seen, wish)
        template = await self._revisions.template_of(thing, seen, wish.revision)
        return {**seen, "spec": {**seen["spec"], "template": template}}

    async def _autoscaled(self, thing: Resource, wish: WorkloadWish) -> tuple[str, ...]:
        if not isinstance(wish, WantedReplicas):
            return ()
        scalers = await self._context.listed("horizontalpodautoscaler", thing.scope)
        if isinstance(scalers, Refused):
            return (f"whether an autoscaler holds it is not known: {scalers.why}",)
        return autoscaling(thing.kind, thing.name, scalers)

    # ---- changing

    async def change(self, change: Change, entry: MadeObject | None) -> None:
        thing = change.thing
        assert isinstance(thing, Resource)
        seen = await self._read(thing)
        now = self._thing(thing, seen)
        if (now.id, now.generation) != (thing.id, thing.generation):
            raise NotRunning("not changed:", thing, why="it was changed since it was planned for", hint=_AGAIN)
        if entry:
            _check_unmarked(thing, seen)
        marks = tuple(_marking(seen, entry)) if entry else ()
        answer, _ = await self._patched(thing, seen, (*change.edits, *marks), dry=False)
        effects = tuple(differences(_own(_without_marks(seen)), _own(_without_marks(answer))))
        if _sorted(effects) != _sorted(change.effects):
            raise _meddled(
                thing,
                [str(edit) for edit in effects if edit not in change.effects],
                left=not await self._is_taken_back(thing, effects),
            )

    async def _is_taken_back(self, thing: Resource, effects: tuple[Edit, ...]) -> bool:
        """At once, and with all that came of it; its marks too."""
        seen = await self._read(thing)
        undone = undoing(effects)
        if overtaken(seen, undone):
            return False
        await self._patched(thing, seen, (*undone, *_unmarking(seen)), dry=False)
        return True

    # ---- undoing

    async def revert(self, entry: MadeObject) -> tuple[bool, str]:
        thing = Resource(Scope(entry.context, "kubernetes", entry.namespace), entry.kind, entry.name)
        for left in reversed(range(_TRIES)):
            try:
                seen = await self._read(thing)
            except NotFound:
                return False, ""
            made = tuple(Edit.from_json(it) for it in json.loads(entry.undo))
            undone = undoing(made)
            if _label(seen) != entry.id:
                return _without_its_mark(seen, made, entry)
            taken = overtaken(seen, undone)
            try:
                await self._patched(thing, seen, (*(() if taken else undone), *_unmarking(seen)), dry=False)
            except NotRunning:  # it was changed between the two calls
                if not left:
                    raise
                continue
            return not taken, _overtaken(seen, taken)
        raise AssertionError("unreachable")

    async def changed(self) -> list[tuple[Resource, MadeObject]]:
        """Where they may not list those of all namespaces, of the one that the context looks in."""
        found = list[tuple[Resource, MadeObject]]()
        for kind in KINDS:
            for namespace in (EVERYWHERE, self._context.scope.namespace):
                listed = await self._marked(kind, namespace)
                if listed is not None:
                    found += listed
                    break
        return found

    async def _marked(self, kind: str, namespace: str) -> list[tuple[Resource, MadeObject]] | None:
        """None where the cluster doesn't let them list."""
        found, query = list[tuple[Resource, MadeObject]](), [("labelSelector", LABEL)]
        where = replace(self._context.scope, namespace=namespace)
        try:
            async for page in self._api.pages("list", where, path_of(kind, namespace), query, accept=METADATA_LIST):
                for it in page["items"]:
                    thing = self._thing_in(kind, it, await self._namespaces.place(it["metadata"]["namespace"]))
                    entry = _entry(thing, it)
                    if entry and self._context.sees(thing):
                        found.append((thing, entry))
        except ForbiddenByCluster:
            return None
        return found

    # ---- steps

    async def _read(self, thing: Resource) -> Json:
        path = self._context.path(thing.kind, thing.scope.namespace, thing.name)
        seen: Json = await self._api.get("read", thing, path)
        return seen

    def _thing(self, thing: Resource, seen: Json) -> Resource:
        return self._thing_in(thing.kind, seen, thing.scope)

    def _thing_in(self, kind: str, seen: Json, scope: Scope) -> Resource:
        found = self._context.thing(kind, seen, scope)
        assert isinstance(found, Resource)
        return found

    async def _patched(
        self, thing: Resource, seen: Json, edits: Iterable[Edit], *, dry: bool
    ) -> tuple[Json, tuple[str, ...]]:
        """The object as the cluster answers, and its warnings. Raises NotRunning where it isn't as it was seen."""
        metadata = seen["metadata"]
        tests = [
            {"op": "test", "path": f"/metadata/{name}", "value": metadata[name]}
            for name in ("uid", "generation")
            if name in metadata
        ]
        query = [("fieldManager", MANAGER), *([("dryRun", "All")] if dry else [])]
        path = self._context.path(thing.kind, thing.scope.namespace, thing.name)
        body = [*tests, *operations(seen, edits)]
        return await self._api.patch("change", thing, path, body, query, form=JSON_PATCH)


def _own(seen: Json) -> Json:
    """What people decide on in an object."""
    metadata = {name: seen["metadata"].get(name) for name in ("labels", "annotations")}
    return {"metadata": metadata, "spec": seen["spec"]}


def _images(seen: Json) -> tuple[str, ...]:
    """All that new pods of it start."""
    spec = seen["spec"]["template"]["spec"]
    every = (*(spec.get("initContainers") or ()), *spec["containers"])
    return tuple(dict.fromkeys(str(it.get("image") or "") for it in every))


def _is_same_place(edit: Edit, effect: Edit) -> bool:
    """Whether one is where the other is, or around it."""
    return all(one == other for one, other in zip(edit.place, effect.place, strict=False))


def _sorted(edits: Iterable[Edit]) -> list[str]:
    return sorted(json.dumps(edit.to_json(), sort_keys=True) for edit in edits)


def _meddled(thing: Resource, places: Iterable[str], *, left: bool = False) -> ForbiddenByCluster:
    """left: whether it couldn't be taken back."""
    state = "It is changed now: look at it." if left else "Nothing is left changed."
    return ForbiddenByCluster(
        "cannot change", thing, why=f"something in the cluster makes something else of it: {', '.join(places)[:300]}",
        hint=f"An admission webhook does so; whoever runs the cluster can say which. {state}",
    )  # fmt: skip


def _without_its_mark(seen: Json, made: Iterable[Edit], entry: MadeObject) -> tuple[bool, str]:
    """It was never changed; or it is as it was, as an undo leaves it that nobody could write down; or it is left."""
    if entry.state == "intended":
        return False, ""
    return (False, "its mark was taken off, or it was made anew") if overtaken(seen, made) else (True, "")


def _overtaken(seen: Json, edits: Iterable[Edit]) -> str:
    """Which place somebody changed since, and who, as far as the cluster knows; not what stands there."""
    said = []
    for edit in edits:
        who = ", ".join(dict.fromkeys(managers_of(seen, edit)))
        said.append(f"{edit} was changed since{f', by {who}' if who else ''}")
    return "; ".join(said)


# ---- marks


def _label(seen: Json) -> str:
    return str((seen["metadata"].get("labels") or {}).get(LABEL) or "")


def _check_unmarked(thing: Resource, seen: Json) -> None:
    """What each undoes must be what is there. Raises NotRunning."""
    if _label(seen):
        raise NotRunning(
            "cannot change for a while", thing, why="an earlier change of it is still to be undone",
            hint=f"`clean` lists it, and undoes it now. Is it not listed? Then its label `{LABEL}` is nobody's.",
        )  # fmt: skip


def _marked_already(seen: Json) -> tuple[str, ...]:
    return ("another change of it is still to be undone: `clean` lists it",) if _label(seen) else ()


def _marks_of(entry: MadeObject) -> dict[str, str]:
    return {**{name: value for name, value in entry.labels.items() if name != LABEL}, _UNDO: entry.undo}


def _marking(seen: Json, entry: MadeObject) -> Iterable[Edit]:
    metadata = seen["metadata"]
    after = {
        "labels": {**(metadata.get("labels") or {}), LABEL: entry.id},
        "annotations": {**(metadata.get("annotations") or {}), **_marks_of(entry)},
    }
    return differences({"metadata": _own(seen)["metadata"]}, {"metadata": after})


def _unmarking(seen: Json) -> tuple[Edit, ...]:
    return tuple(
        differences({"metadata": _own(seen)["metadata"]}, {"metadata": _own(_without_marks(seen))["metadata"]})
    )


def _without_marks(seen: Json) -> Json:
    """As it was before; what is empty then was not there."""
    metadata = dict(seen["metadata"])
    for part in ("labels", "annotations"):
        kept = {name: it for name, it in (metadata.get(part) or {}).items() if name not in _MARKS}
        metadata[part] = kept or None
    return {**seen, "metadata": metadata}


def _entry(thing: Resource, seen: Json) -> MadeObject | None:
    """What it says of itself, true or not."""
    marks = seen["metadata"].get("annotations") or {}
    labels = {LABEL: _label(seen), **{name: it for name, it in marks.items() if name in _MARKS}}
    scope = thing.scope
    undo = str(labels.pop(_UNDO, ""))
    return MadeObject.of_labels(scope.context, scope.namespace, thing.kind, thing.name, labels, undo) if undo else None
