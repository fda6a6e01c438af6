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

from bot.backends.kubernetes.changemarks import (
    entry_in,
    mark_of,
    marking,
    metadata_of,
    missing,
    unmarked,
    unmarking,
)
from bot.backends.kubernetes.client import JSON_PATCH, METADATA_LIST
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.disruption import autoscaling, disruption
from bot.backends.kubernetes.fieldowners import managers_of, owners_of
from bot.backends.kubernetes.kinds import path_of
from bot.backends.kubernetes.marks import MANAGER
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.quantities import is_quantity, quantity
from bot.backends.kubernetes.revisions import KubernetesRevisions
from bot.backends.kubernetes.templates import gained
from bot.backends.kubernetes.wanted import wanted
from bot.core.edits import Edit, differences, operations, overtaken, undoing, value_at
from bot.core.errors import ForbiddenByCluster, NotFound, NotRunning
from bot.core.facts.objects import Refused
from bot.core.ledger import LABEL, MadeObject
from bot.core.plan import Change, Plan, read_undo
from bot.core.ports.changes import Reverted
from bot.core.target import EVERYWHERE, Resource, Scope
from bot.core.wishes import RolledBack, WantedReplicas, WorkloadWish

Json = Mapping[str, Any]
KINDS = ("deployment", "statefulset", "daemonset")
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
        answer, warnings = await self._patched(thing, seen, edits, dry=True) if edits else (seen, ())
        effects = tuple(differences(_own(seen), _own(answer)))
        if taken := [str(edit) for edit in edits if not _is_kept(edit, effects)]:
            raise _meddled(thing, taken)
        if not effects:
            still = "; what an earlier change made of it is still to be undone" if mark_of(seen) else ""
            raise NotRunning("nothing to change on", thing, why=f"it is so already{still}")
        return Plan(
            **gained(thing.kind, seen, answer, effects),
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
        return autoscaling(thing.kind, thing.name, wish.count, scalers)

    # ---- changing

    async def change(self, change: Change, entry: MadeObject | None) -> None:
        thing = change.thing
        assert isinstance(thing, Resource)
        for left in reversed(range(_TRIES)):
            seen = await self._read(thing)
            now = self._thing(thing, seen)
            if (now.id, now.generation) != (thing.id, thing.generation):
                raise NotRunning("not changed:", thing, why="it was changed since it was planned for", hint=_AGAIN)
            if entry:
                _check_unmarked(thing, seen)
            edits = (*change.edits, *(marking(seen, entry) if entry else ()))
            try:
                answer, _ = await self._patched(thing, seen, edits, dry=False, alone=True)
            except NotRunning:  # its labels or annotations became others between the two calls
                if not left:
                    raise
                continue
            break
        effects = tuple(differences(_own(unmarked(seen)), _own(unmarked(answer))))
        if _sorted(effects) != _sorted(change.effects):
            others = [str(edit) for edit in effects if edit not in change.effects]
            raise _meddled(thing, others, left=not await self._is_taken_back(thing, effects, entry))

    async def _is_taken_back(self, thing: Resource, effects: tuple[Edit, ...], entry: MadeObject | None) -> bool:
        """At once, with all that came of it, and with the marks that it was given."""
        seen = await self._read(thing)
        undone = undoing(effects)
        if overtaken(seen, undone):
            return False
        await self._patched(thing, seen, (*undone, *(unmarking(seen) if entry else ())), dry=False)
        return True

    # ---- undoing

    async def revert(self, entry: MadeObject) -> Reverted:
        thing = Resource(Scope(entry.context, "kubernetes", entry.namespace), entry.kind, entry.name)
        uid, made = read_undo(entry.undo)
        undone = undoing(made)
        for left in reversed(range(_TRIES)):
            try:
                seen = await self._read(thing)
            except NotFound:
                return _gone(entry, "it is gone")
            if seen["metadata"]["uid"] != uid:
                return _gone(entry, "another has taken its place")
            if mark_of(seen) != entry.id:
                is_undone = entry.state != "intended" and not overtaken(seen, made)  # and nobody could write it down
                return Reverted("undone") if is_undone else _gone(entry, "its mark was taken off")
            taken = [edit for edit in undone if _is_overtaken(unmarked(seen), edit)]
            try:
                await self._patched(thing, seen, (*(() if taken else undone), *unmarking(seen)), dry=False)
            except NotRunning:  # it was changed between the two calls
                if not left:
                    raise
                continue
            return Reverted("left", _told(seen, taken)) if taken else Reverted("undone")
        raise AssertionError("unreachable")

    async def changed(self, namespaces: Iterable[str]) -> list[tuple[Resource, MadeObject]]:
        """In the namespaces that are named, and where the context looks, if they may not list those of all."""
        some = sorted({*namespaces, self._context.scope.namespace})
        found = list[tuple[Resource, MadeObject]]()
        for kind in KINDS:
            listed = await self._marked(kind, EVERYWHERE)
            if listed is None:
                each = [await self._marked(kind, namespace) for namespace in some]
                listed = [it for of_one in each for it in of_one or ()]
            found += listed
        return found

    async def _marked(self, kind: str, namespace: str) -> list[tuple[Resource, MadeObject]] | None:
        """None where the cluster doesn't let them list."""
        found, query = list[tuple[Resource, MadeObject]](), [("labelSelector", LABEL)]
        where = replace(self._context.scope, namespace=namespace)
        try:
            async for page in self._api.pages("list", where, path_of(kind, namespace), query, accept=METADATA_LIST):
                for it in page["items"]:
                    thing = self._thing_in(kind, it, await self._namespaces.place(it["metadata"]["namespace"]))
                    if (entry := entry_in(thing, it)) and self._context.sees(thing):
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
        self, thing: Resource, seen: Json, edits: tuple[Edit, ...], *, dry: bool, alone: bool = False
    ) -> tuple[Json, tuple[str, ...]]:
        """The object as the cluster answers, and its warnings. alone: nothing else may have become of its labels and
        annotations, which count up no generation.

        Raises NotRunning where it isn't as it was seen.
        """
        metadata = seen["metadata"]
        names = ("uid", "generation", *(("labels", "annotations") if alone else ()))
        tests = [{"op": "test", "path": f"/metadata/{name}", "value": metadata.get(name)} for name in names]
        query = [("fieldManager", MANAGER), *([("dryRun", "All")] if dry else [])]
        path = self._context.path(thing.kind, thing.scope.namespace, thing.name)
        path += "/resize" if thing.kind == "pod" else ""
        body = [*tests, *missing(seen, edits), *operations(_with_metadata(seen), edits)]
        return await self._api.patch("change", thing, path, body, query, form=JSON_PATCH)


def _with_metadata(seen: Json) -> Json:
    return {**seen, "metadata": {**seen["metadata"], **metadata_of(seen)}}


def _own(seen: Json) -> Json:
    """What people decide on in an object."""
    return {"metadata": metadata_of(seen), "spec": seen["spec"]}


def _is_kept(edit: Edit, effects: Iterable[Edit]) -> bool:
    """Whether it has an effect; a quantity may be written in another way."""
    if any(_is_same_place(edit, it) for it in effects):
        return True
    both = (edit.old, edit.new)
    return "resources" in edit.place and all(map(is_quantity, both)) and quantity(edit.old) == quantity(edit.new)


def _is_overtaken(seen: Json, edit: Edit) -> bool:
    """Whether something else is there, or what was set is somebody else's by now: they want it so."""
    return bool(overtaken(seen, [edit])) or (edit.old is not None and any(managers_of(seen, edit, exactly=True)))


def _gone(entry: MadeObject, why: str) -> Reverted:
    """Nothing of a change is there: it never was, or it went."""
    return Reverted("nothing") if entry.state == "intended" else Reverted("left", why)


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


def _told(seen: Json, edits: Iterable[Edit]) -> str:
    """Which place somebody changed since, and who, as far as the cluster knows; not what stands there."""
    said = []
    for edit in edits:
        who = ", ".join(dict.fromkeys(managers_of(seen, edit, exactly=True)))
        said.append(f"{edit} was changed since{f', by {who}' if who else ''}")
    return "; ".join(said)


def _check_unmarked(thing: Resource, seen: Json) -> None:
    """What each undoes must be what is there. Raises NotRunning."""
    if mark_of(seen):
        raise NotRunning(
            "cannot change for a while", thing, why="an earlier change of it is still to be undone",
            hint=f"`clean` lists and undoes it. If no `clean` does, somebody else put its label `{LABEL}` there.",
        )  # fmt: skip


def _marked_already(seen: Json) -> tuple[str, ...]:
    return ("another change of it is still to be undone: `clean` lists it",) if mark_of(seen) else ()
