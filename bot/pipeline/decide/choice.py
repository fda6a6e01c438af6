"""What there is to say of which container was taken where none was named: what stands beside it, and isn't well."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.target import Container, Found, Neighbour, Objects, TargetRef

_MOST = 3


def chosen(ref: TargetRef, found: Found) -> str:
    """Which pod of a workload, or which container of a pod; nothing where there was no choice."""
    if isinstance(found, Objects):
        return _of_each(ref, [it for it in found.items if isinstance(it, Container) and it.container])
    if not isinstance(found, Container) or not found.container:
        return ""
    if ref.name != found.name:
        return f"On pod `{found.name}`, container `{found.container}`.{_beside(found.others)}"
    return f"On container `{found.container}`.{_beside(found.others)}" if found.others and not ref.container else ""


def _of_each(ref: TargetRef, containers: Sequence[Container]) -> str:
    """Of a workload's pods one container each is taken."""
    others = list(dict.fromkeys(other for it in containers for other in it.others))
    names = {it.container for it in containers}
    if ref.container or len(names) != 1 or not others:
        return ""
    unique = {other.name: other for other in sorted(others, key=lambda it: bool(it.trouble))}
    return f"On container `{names.pop()}` of each pod.{_beside(list(unique.values()))}"


def _beside(others: Sequence[Neighbour]) -> str:
    if not others:
        return ""
    named = ", ".join(f"`{it.name}`{f' ({it.role})' if it.role else ''}" for it in others)
    said = [f" There is also {named}: `-c` names one."]
    said += [f" `{it.name}` is not well: {it.trouble}." for it in others if it.trouble][:_MOST]
    return "".join(said)
