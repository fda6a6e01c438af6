"""`ps`: which containers are there, and their state."""

from __future__ import annotations

import shlex
from collections.abc import AsyncGenerator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime
from typing import Annotated, Self

from cyclopts import Parameter

from bot.actions.kit.cards.containers import show_port
from bot.actions.kit.exits import has_status
from bot.actions.kit.listing import Listing, table, tables, with_labels
from bot.core.action import TARGET, Shown, option
from bot.core.bench import Bench
from bot.core.facts.containers import ContainerFacts, ContainerPort
from bot.core.output import Note, Output
from bot.core.ports.facts import FactsPort
from bot.core.takes import many
from bot.core.target import Container, Objects, Row
from bot.core.units import show_age
from bot.together import gather

_COLUMNS = ("NAME", "STATE", "HEALTH", "RESTARTS", "AGE", "IMAGE", "PORTS", "ID+", "IP+", "COMMAND+")
_MOST_PORTS = 4
_ALIVE = frozenset({"running", "paused", "restarting"})


@dataclass(frozen=True)
class Ps(
    Listing,
    verb="ps",
    aliases=("get pods", "get pod", "get po"),
    takes=many("object", listed=True, anew=True),
    needs=(FactsPort,),
    rights=("list pods",),
    examples=("ps", "ps -a", "ps -l app=web", "ps -n shop", "get pods -A -o wide --sort-by restarts"),
):
    """List containers, or a cluster's pods: state, image or readiness, restarts and age."""

    targets: Annotated[tuple[str, ...], Parameter(help=TARGET), Shown("[TARGET…]")] = ()
    _: KW_ONLY
    all: Annotated[bool, option("--all", "-a", help="include stopped ones; pods are all listed anyway")] = False

    def pointed_at(self, target: str) -> Self:
        return replace(self, targets=(target,))

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        if found.scope.engine == "kubernetes":
            for each in tables(found.items, self):
                yield each
            if not found.items:
                yield Note(f"`{found.scope}` has no pods. `-A` searches all namespaces.")
            return
        containers = [item for item in found.items if isinstance(item, Container)]
        shown = [item for item in containers if self.all or self.targets or item.state in _ALIVE]
        known = sorted(await gather(bench.port(FactsPort).facts(item) for item in shown), key=lambda it: it.name)
        rows = [_row(facts, bench.now) for facts in known]
        if self.show_labels:
            labels = {item.id: item.labels for item in shown}
            rows = [with_labels(row, labels[facts.id]) for row, facts in zip(rows, known, strict=True)]
        if rows:
            yield table(rows, self)
        else:
            yield Note(f"`{found.scope}` has no running containers.")
        if hidden := len(containers) - len(shown):
            yield Note(f"{hidden} more {'is' if hidden == 1 else 'are'} not running: `ps -a` shows them.")


def _row(facts: ContainerFacts, now: datetime) -> Row:
    state = facts.state.word
    if has_status(facts.state):
        state = f"{state} ({facts.state.exit_code}{', OOM' if facts.state.oom_killed else ''})"
    cells = (
        facts.name,
        state,
        facts.health or "-",
        str(facts.restarts),
        show_age(facts.created, now),
        facts.image,
        _ports(facts.ports),
        facts.id[:12],
        ", ".join(it.address for it in facts.networks if it.address) or "-",
        shlex.join(facts.command) or "-",
    )
    return Row(_COLUMNS, cells, facts.created.isoformat() if facts.created else "")


def _ports(ports: Sequence[ContainerPort]) -> str:
    """A few of them: `describe` has them all."""
    more = f" and {len(ports) - _MOST_PORTS} more" if len(ports) > _MOST_PORTS else ""
    return (", ".join(map(show_port, ports[:_MOST_PORTS])) + more) or "-"
