"""`get`: a list of any kind of a cluster's objects."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Annotated, Self

from cyclopts import Parameter

from bot.actions.kit.listing import Listing, in_one, tables
from bot.core.action import Shown
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.kinds import ALL, kind_of, served
from bot.core.output import Note, Output
from bot.core.ports.facts import ObjectsPort
from bot.core.takes import many
from bot.core.target import Objects


@dataclass(frozen=True)
class Get(
    Listing,
    verb="get",
    takes=many("object", listed=True, anew=True),
    needs=(ObjectsPort,),
    rights=("list KIND",),
    examples=(
        "get deployments",
        "get svc,endpoints",
        "get deploy/web -o wide",
        "get nodes",
        "get hpa,pdb",
        "get all -n shop",
    ),
):
    """List a cluster's objects of one kind or several, with the columns that kubectl shows.

    Any kind that the cluster serves, by its name or short name, or with its group: `hpa`, `gateways.example.com`,
    `deployments.apps`. Never secrets.
    """

    words: Annotated[
        tuple[str, ...], Parameter(help="KIND[,KIND…] [NAME…], or KIND/NAME…"), Shown("KIND[,KIND…] [NAME…]")
    ] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.words:
            raise UsageError("`get` needs a kind", hint="Write `get deployments`, or `get svc,endpoints`.")
        for word in () if "/" in self.words[0] else self.words[0].split(","):
            if word != "all" and not _kind(word):
                raise UsageError("no such kind:", word[:60], hint="`help get` lists them.")

    @property
    def targets(self) -> tuple[str, ...]:
        """Each name with its kind: `svc,ep web` is service/web and endpoints/web."""
        if "/" in self.words[0]:
            return self.words
        return tuple(f"{kind}/{name}" for kind in self._kinds for name in self.words[1:])

    @property
    def kinds(self) -> tuple[str, ...]:
        return () if "/" in self.words[0] else self._kinds

    @property
    def _kinds(self) -> tuple[str, ...]:
        kinds = [kind for word in self.words[0].split(",") for kind in (ALL if word == "all" else (_kind(word),))]
        return tuple(dict.fromkeys(kinds))

    def pointed_at(self, target: str) -> Self:
        return replace(self, words=(target,))

    async def run(self, found: Objects, bench: Bench) -> AsyncGenerator[Output, None]:
        shown = tables(found.items, self)
        if self.words[0] == "all" and len(shown) > 1:
            shown = [in_one(shown)]
        for table in shown:
            yield table
        if not shown:
            yield Note(f"`{found.scope}` has none. `-A` searches all namespaces.")


def _kind(word: str) -> str:
    """A kind that every cluster has, or one that this one may have."""
    return kind_of(word) or served(word)
