"""A cluster as a context: what its API offers, to each person with their own rights."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.backends.inside import FilesInside
from bot.backends.kubernetes.access import IN_CLUSTER, ClusterAt, names_in
from bot.backends.kubernetes.changes import KubernetesChanges
from bot.backends.kubernetes.client import Api, Connection
from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.events import KubernetesEvents
from bot.backends.kubernetes.exec import KubernetesExec
from bot.backends.kubernetes.finding import KubernetesFinder
from bot.backends.kubernetes.forward import KubernetesForward
from bot.backends.kubernetes.helpers import KubernetesHelpers
from bot.backends.kubernetes.holdings import KubernetesHoldings
from bot.backends.kubernetes.images import KubernetesImages
from bot.backends.kubernetes.listing import KubernetesListing
from bot.backends.kubernetes.logs import KubernetesLogs
from bot.backends.kubernetes.making import KubernetesMaking
from bot.backends.kubernetes.names import Names
from bot.backends.kubernetes.namespaces import KubernetesNamespaces
from bot.backends.kubernetes.objects import KubernetesObjects
from bot.backends.kubernetes.reviews import KubernetesReviews
from bot.backends.kubernetes.revisions import KubernetesRevisions
from bot.backends.kubernetes.secrets import KubernetesSecrets
from bot.backends.kubernetes.usage import KubernetesUsage
from bot.core.person import Person
from bot.core.ports.finding import Sees
from bot.core.takes import Takes
from bot.core.target import Candidates, Scope, TargetRef, Thing

__all__ = ["IN_CLUSTER", "ClusterAt", "Kubernetes", "connect", "names_in"]

Port = TypeVar("Port")
_DEFAULT = "default"


def connect(
    name: str,
    at: ClusterAt,
    *,
    namespace: str = "",
    impersonate: bool = True,
    protected: bool = False,
    hides_mounted: bool = True,
    secrets_of: frozenset[str] = frozenset(),
) -> Kubernetes:
    """A cluster; nothing is dialled yet. impersonate: each request names the person that it is for; else it is the
    bot's own. namespace: where a bare name is looked for, `default` unless the settings say. hides_mounted, secrets_of:
    as KubernetesContext has them.
    """
    scope = Scope(name, "kubernetes", namespace or _DEFAULT, protected=protected)
    own = Api(Connection(name, at))
    return Kubernetes(
        KubernetesContext(scope, own, own, Names(own), hides_mounted, secrets_of), impersonate=impersonate
    )


class Kubernetes:
    """One cluster."""

    def __init__(self, context: KubernetesContext, *, impersonate: bool) -> None:
        self.context, self._impersonate = context, impersonate
        reviews = KubernetesReviews(context)
        self._namespaces = namespaces = KubernetesNamespaces(context, reviews)
        objects = KubernetesObjects(context, KubernetesHoldings(context, namespaces))
        images, revisions = KubernetesImages(context), KubernetesRevisions(context)
        listing = KubernetesListing(context, objects, namespaces)
        self._finder = KubernetesFinder(context, listing, reviews, namespaces, images)
        exec_ = KubernetesExec(context)
        self._parts = [
            reviews, objects, KubernetesEvents(context, objects, namespaces), KubernetesLogs(context),
            KubernetesUsage(context), exec_, FilesInside(exec_), KubernetesForward(context),
            KubernetesSecrets(context), images, KubernetesMaking(context, exec_, namespaces),
            KubernetesHelpers(context), revisions, KubernetesChanges(context, namespaces, revisions),
        ]  # fmt: skip

    @property
    def scope(self) -> Scope:
        return self.context.scope

    @property
    def mentioned(self) -> list[Thing]:
        return self.context.mentioned

    def port(self, port: type[Port]) -> Port | None:
        """The part that serves it, if there is one."""
        return next((part for part in self._parts if isinstance(part, port)), None)

    def seen_by(self, person: Person, sees: Sees) -> Kubernetes:
        """The same connections, as the person, with only what `sees` lets through."""
        own = self.context.own
        api = Api(own.connection, person) if self._impersonate else own
        return Kubernetes(replace(self.context, api=api, sees=sees, mentioned=[]), impersonate=self._impersonate)

    def kinds(self, takes: Takes) -> frozenset[str]:
        return self._finder.kinds(takes)

    async def find(self, ref: TargetRef, takes: Takes) -> Candidates:
        return await self._finder.find(ref, takes)

    async def place(self, namespace: str, *, fresh: bool = False) -> Scope:
        return await self._namespaces.place(namespace, fresh=fresh)

    async def keep(self) -> None:
        """Watch the names of pods, for as long as the bot runs."""
        await self.context.names.keep()

    async def ping(self) -> str:
        """The cluster's version. Raises Unavailable."""
        version = await self.context.own.get("reach", "", "/version")
        return f"Kubernetes {version['gitVersion']}"

    async def close(self) -> None:
        await self.context.own.connection.close()
