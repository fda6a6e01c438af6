"""From a kubeconfig, or the pod that the bot runs in, to an address, TLS and credentials.

The kubernetes package reads what kubectl reads: certificates, tokens, token files and exec plugins; it also
renews them. It blocks, so it is asked on a worker thread.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.core.errors import Misconfigured, Unavailable

IN_CLUSTER = "in-cluster"
ANSWER_S = 5
_KEY = "BearerToken"


@dataclass(frozen=True)
class ClusterAt:
    """Which cluster: a kubeconfig (empty: $KUBECONFIG or ~/.kube/config; `in-cluster`) and a context of it."""

    kubeconfig: str = ""
    context: str = ""


@dataclass(frozen=True)
class Access:
    """How a cluster is reached. `namespace` is the context's own."""

    host: str
    tls: ssl.SSLContext | None
    server_name: str
    namespace: str
    proxy: str
    _configuration: Any

    async def credentials(self) -> dict[str, str]:
        """The header that says who the bot is, renewed where it has expired; nothing where a certificate does."""
        if self._configuration.refresh_api_key_hook is None:
            key = self._configuration.api_key.get(_KEY)
        else:
            key = await asyncio.to_thread(self._configuration.get_api_key_with_prefix, _KEY)
        return {"Authorization": key} if key else {}


def load(name: str, at: ClusterAt) -> Access:
    """Blocks: it reads files and may run a plugin. Raises Misconfigured, or Unavailable where the plugin failed."""
    file = None if at.kubeconfig in ("", IN_CLUSTER) else _files(at.kubeconfig)
    if file == "":
        raise Misconfigured(f"contexts.{name}: there is no kubeconfig at {at.kubeconfig}")
    from kubernetes import client, config  # half a second, and only where there is a cluster

    configuration = client.Configuration()
    try:
        if at.kubeconfig == IN_CLUSTER:
            config.load_incluster_config(configuration)
            namespace = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace").read_text().strip()
        else:
            config.load_kube_config(file, at.context or None, configuration)
            namespace = _namespace(lambda: config.list_kube_config_contexts(file), at.context)
        tls = _tls(configuration)
    except (config.ConfigException, OSError, yaml.YAMLError, ssl.SSLError, ValueError, TypeError) as error:
        raise Misconfigured(
            f"contexts.{name}: the kubeconfig can't be used", why=(str(error).splitlines() or ["it is empty"])[0][:300],
            hint="`kubectl --kubeconfig … config get-contexts` shows what is in it.",
        ) from error  # fmt: skip
    if not configuration.api_key and not configuration.cert_file:
        raise Unavailable(f"no credentials for `{name}`", hint="Does its exec plugin run on the bot's machine?")
    return Access(
        configuration.host, tls, getattr(configuration, "tls_server_name", None) or "", namespace,
        configuration.proxy or "", configuration,
    )  # fmt: skip


def names_in(kubeconfig: str = "") -> list[str]:
    """The contexts of a kubeconfig; none where there is none that can be read."""
    files = _files(kubeconfig or "~/.kube/config")
    if not files:
        return []
    from kubernetes import config

    try:
        contexts, _ = config.list_kube_config_contexts(files)
    except (config.ConfigException, OSError, yaml.YAMLError):
        return []
    return [str(context["name"]) for context in contexts]


def _files(kubeconfig: str) -> str:
    """Those that are there, of one file or of several with colons between, as $KUBECONFIG lists them.

    Source: kubectl's manual, "Organizing Cluster Access Using kubeconfig Files": what is missing is passed over.
    """
    paths = [Path(each).expanduser() for each in kubeconfig.split(os.pathsep) if each]
    return os.pathsep.join(str(path) for path in paths if path.exists())


def _namespace(contexts: Callable[[], Any], wanted: str) -> str:
    listed, active = contexts()
    chosen = next((context for context in listed if context["name"] == wanted), active)
    return str((chosen.get("context") or {}).get("namespace") or "default")


def _tls(configuration: Any) -> ssl.SSLContext | None:
    if not configuration.host.startswith("https"):
        return None
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    # Clusters' authorities are often made without the key-usage marks that Python 3.13 began to demand.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context
