"""Certificates and kubeconfigs, by openssl: an authority, and what it signs."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

_CONFIG = "[req]\ndistinguished_name=name\nstring_mask=utf8only\nutf8=yes\n[name]\n"
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """A certificate authority in a folder: `certificate`, `key`, and what it signs beside them."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG)
        self.certificate, self.key = folder / "ca.crt", folder / "ca.key"
        extensions = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")
        self._request(self.certificate, self.key, _subject(name, ()), extensions)

    def sign(self, user: str, groups: Iterable[str] = (), hosts: Sequence[str] = ()) -> tuple[Path, Path]:
        """A new certificate and its key, for a client, and for a server where `hosts` (SANs) are given.

        Raises subprocess.CalledProcessError for a name openssl refuses: more than 64 characters, for example.
        """
        stem = f"{re.sub(r'[^a-z0-9]+', '-', user.lower())[:40]}-{len(list(self._folder.iterdir()))}"
        certificate, key = self._folder / f"{stem}.crt", self._folder / f"{stem}.key"
        usage = "serverAuth,clientAuth" if hosts else "clientAuth"
        extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={usage}"]
        if hosts:
            extensions.append(f"subjectAltName={','.join(hosts)}")
        signer = ("-CA", str(self.certificate), "-CAkey", str(self.key))
        self._request(certificate, key, _subject(user, groups), extensions, signer)
        return certificate, key

    def _request(
        self, certificate: Path, key: Path, subject: str, extensions: Sequence[str], signer: Sequence[str] = ()
    ) -> None:
        command = ["openssl", "req", "-x509", "-config", str(self._config), "-days", "365", *_NEW_KEY, *signer]
        command += ["-subj", subject, "-keyout", str(key), "-out", str(certificate)]
        for extension in extensions:
            command += ["-addext", extension]
        subprocess.run(command, check=True, capture_output=True)


def _subject(user: str, groups: Iterable[str]) -> str:
    """Kubernetes reads the user from CN and the groups from O."""
    parts = [f"O={group}" for group in groups] + [f"CN={user}"]
    return "".join("/" + re.sub(r"([\\/+])", r"\\\1", part) for part in parts)


def signing_key(folder: Path) -> tuple[Path, Path]:
    """A key pair, for service accounts' tokens: private, public."""
    private, public = folder / "service-accounts.key", folder / "service-accounts.pub"
    for command in (
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(private)],
        ["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return private, public


def write_kubeconfig(
    path: Path,
    server: str,
    ca: Path,
    *,
    user: str,
    signed: tuple[Path, Path] | None = None,
    token: str = "",
    context: str = "cdebug",
    namespace: str = "default",
) -> Path:
    """A kubeconfig that needs no other file: with a certificate and its key, or with a bearer token."""
    who: dict[str, str] = {"token": token} if token else {}
    if signed:
        who = {"client-certificate-data": _read(signed[0]), "client-key-data": _read(signed[1])}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": {"server": server, "certificate-authority-data": _read(ca)}}],
        "users": [{"name": user, "user": who}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": user, "namespace": namespace}}],
        "current-context": context,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=2))
    return path


def _read(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
