"""A cluster as a context: what its API offers, to each person with their own rights."""

from __future__ import annotations

from copy import copy

from bot.backends.kubernetes.access import IN_CLUSTER, ClusterAt, names_in
from bot.backends.kubernetes.client import Api, Connection
from bot.backends.kubernetes.events import KubernetesEvents
from bot.backends.kubernetes.files import KubernetesFiles
from bot.backends.kubernetes.finding import KubernetesFind
from bot.backends.kubernetes.forward import KubernetesForward
from bot.backends.kubernetes.logs import KubernetesLogs
from bot.backends.kubernetes.names import Names
from bot.backends.kubernetes.part import Recent
from bot.backends.kubernetes.secrets import KubernetesSecrets
from bot.backends.kubernetes.usage import KubernetesUsage
from bot.core.person import Person
from bot.core.ports.finding import Sees
from bot.core.target import Scope

__all__ = ["IN_CLUSTER", "ClusterAt", "Kubernetes", "names_in"]
_DEFAULT = "default"


class Kubernetes(
    KubernetesFind,
    KubernetesEvents,
    KubernetesLogs,
    KubernetesUsage,
    KubernetesFiles,
    KubernetesForward,
    KubernetesSecrets,
):
    """One cluster. impersonate: each request names the person that it is for; else it is the bot's own."""

    def __init__(
        self,
        name: str,
        at: ClusterAt,
        *,
        namespace: str = "",
        impersonate: bool = True,
        protected: bool = False,
        hides_mounted: bool = True,
        secrets_of: frozenset[str] = frozenset(),
    ) -> None:
        """namespace: where a bare name is looked for, `default` unless the settings say. hides_mounted: the content of
        mounted secrets; secrets_of: the namespaces whose secrets are read, so that their values are hidden.
        """
        self.hides_mounted, self.secrets_of = hides_mounted, secrets_of
        self.secret_texts = Recent[tuple[str, ...]]()
        self.scope = Scope(name, "kubernetes", namespace or _DEFAULT, protected=protected)
        self.connection = Connection(name, at)
        self.own = self.api = Api(self.connection)
        self.names = Names(self.own)
        self.places = Recent[Scope]()
        self.grants = Recent[bool]()
        self.images_with_env = {}
        self.mentioned = []
        self._impersonate = impersonate

    def seen_by(self, person: Person, sees: Sees) -> Kubernetes:
        """The same connections, as the person, with only what `sees` lets through."""
        seen = copy(self)
        seen.sees, seen.mentioned = sees, []
        seen.api = Api(self.connection, person) if self._impersonate else self.own
        return seen

    async def keep(self) -> None:
        """Watch the names of pods, for as long as the bot runs."""
        await self.names.keep()

    async def ping(self) -> str:
        """The cluster's version. Raises Unavailable."""
        version = await self.own.get("reach", "", "/version")
        return f"Kubernetes {version['gitVersion']}"

    async def close(self) -> None:
        await self.connection.close()
