"""Who else decides on a field, and what they will do to a change of it.

Sources: Kubernetes documentation, "Server-Side Apply", managedFields; the documentation of Argo CD, Flux and Helm on
how they mark what is theirs, and when they put it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.core.edits import Edit

Json = Mapping[str, Any]
_ARGO = "Argo CD: puts it back in seconds where it heals by itself, else at its next sync"
_FLUX = "Flux: puts it back at its next interval"
_HELM = "Helm: puts it back at the next upgrade of its release"
_APPLY = "`kubectl apply`: puts it back at the next one"
# By how a field manager's name begins, then by a label or an annotation.
_MANAGERS = (
    ("argocd", _ARGO),
    ("kustomize-controller", _FLUX),
    ("helm-controller", _FLUX),
    ("helm", _HELM),
    ("kubectl-client-side-apply", _APPLY),
)
_MARKS = (
    ("argocd.argoproj.io/instance", _ARGO),
    ("argocd.argoproj.io/tracking-id", _ARGO),
    ("kustomize.toolkit.fluxcd.io/name", _FLUX),
    ("helm.toolkit.fluxcd.io/name", _FLUX),
    ("meta.helm.sh/release-name", _HELM),
)
_OURS = "cdebug"


def owners_of(seen: Json, edits: Iterable[Edit]) -> tuple[str, ...]:
    """Each that set one of these places, with what it will do; first those that put things back."""
    managers = list(dict.fromkeys(name for edit in edits for name in managers_of(seen, edit)))
    known = [said for name in managers if (said := _what_it_does(name))]
    metadata = seen["metadata"]
    marks = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    known += [said for mark, said in _MARKS if mark in marks]
    others = [name for name in managers if not _what_it_does(name)]
    return tuple(dict.fromkeys((*known, *others)))


def managers_of(seen: Json, edit: Edit, *, exactly: bool = False) -> Iterator[str]:
    """The field managers of one place, cdebug aside. exactly: not those that hold what is around it alone."""
    for it in seen["metadata"].get("managedFields") or ():
        if it.get("manager") != _OURS and _holds(it.get("fieldsV1") or {}, edit.place, exactly=exactly):
            yield str(it.get("manager") or "somebody")


def _what_it_does(manager: str) -> str:
    return next((said for start, said in _MANAGERS if manager.startswith(start)), "")


def _holds(fields: Json, place: tuple[str, ...], *, exactly: bool) -> bool:
    for left, part in zip(reversed(range(len(place))), place, strict=True):
        found = fields.get(f"f:{part}", fields.get(f'k:{{"name":"{part}"}}'))
        if found is None:
            return False
        if not found:
            return not exactly or not left
        fields = found
    return True
