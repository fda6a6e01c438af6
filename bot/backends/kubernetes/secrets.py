"""What of a container its pod's specification calls secret.

Source: Kubernetes API reference v1.34, Volume, EnvVarSource.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.backends.kubernetes.context import KubernetesContext
from bot.backends.kubernetes.facts.pods import ROLES
from bot.core.errors import NotFound
from bot.core.target import Container

Json = Mapping[str, Any]
_DRIVERS = ("secret", "cert", "spiffe", "vault")  # words in the names of CSI drivers that mount what is secret


def paths_of(pod: Json) -> tuple[str, ...]:
    """Where Secret and projected volumes, and those of a CSI driver for secrets, are mounted in any container of a pod:
    one may look into another by /proc.
    """
    secret = {it["name"] for it in pod["spec"].get("volumes") or () if _is_secret(it)}
    mounts = (it for spec in _specs(pod) for it in spec.get("volumeMounts") or () if it.get("name") in secret)
    return tuple(dict.fromkeys(it["mountPath"] for it in mounts))


def _specs(pod: Json) -> Iterator[Json]:
    for _, field, _ in ROLES:
        yield from pod["spec"].get(field) or ()


def _is_secret(volume: Json) -> bool:
    driver = str((volume.get("csi") or {}).get("driver"))
    return "secret" in volume or "projected" in volume or any(word in driver for word in _DRIVERS)


def variables_of(pod: Json) -> tuple[str, ...]:
    """The variables of a pod's containers whose values come from a Secret, as far as they have names there."""
    env = (it for spec in _specs(pod) for it in spec.get("env") or ())
    return tuple(dict.fromkeys(it["name"] for it in env if (it.get("valueFrom") or {}).get("secretKeyRef")))


def names_of(pod: Json, spec: Json) -> tuple[str, ...]:
    """The Secrets that it uses, as variables or as files."""
    mounted = {it.get("name") for it in spec.get("volumeMounts") or ()}
    names = [(it.get("valueFrom") or {}).get("secretKeyRef", {}).get("name") for it in spec.get("env") or ()]
    names += [(it.get("secretRef") or {}).get("name") for it in spec.get("envFrom") or ()]
    for volume in (it for it in pod["spec"].get("volumes") or () if it["name"] in mounted):
        names.append((volume.get("secret") or {}).get("secretName"))
        sources = (volume.get("projected") or {}).get("sources") or ()
        names += [(it.get("secret") or {}).get("name") for it in sources]
    return tuple(dict.fromkeys(name for name in names if name))


class KubernetesSecrets:
    """Reads, as the bot, the Secrets of the namespaces that an operator named for it."""

    def __init__(self, context: KubernetesContext) -> None:
        self._context, self._api = context, context.api

    async def secret_values(self, containers: Sequence[Container]) -> list[str]:
        """What is in the Secrets that the containers use. Raises ForbiddenByCluster where the bot may not read one."""
        wanted = {
            (it.scope.namespace, name)
            for it in containers
            if it.scope.namespace in self._context.secrets_of
            for name in it.secrets
        }
        return [value for place in sorted(wanted) for value in await self._values(*place)]

    async def _values(self, namespace: str, name: str) -> tuple[str, ...]:
        known = self._context.secret_texts.get((namespace, name))
        if known is not None:
            return known
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/secrets/{quote(name, safe='')}"
        try:
            seen = await self._context.own.get(
                f"read what `redact.secrets_of` names, secret `{name}` in", namespace, path
            )
        except NotFound:
            return self._context.secret_texts.put((namespace, name), ())
        texts = [base64.b64decode(value).decode("utf-8", "replace") for value in (seen.get("data") or {}).values()]
        return self._context.secret_texts.put((namespace, name), tuple(texts))
