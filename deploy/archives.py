"""Images in an archive, as `docker load` and `ctr images import` read it: no registry is asked.

Source: Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class BuiltImage:
    """layer: all its files, as a tar. config: what it runs unless told otherwise, as the specification has it."""

    name: str
    layer: IO[bytes]
    config: Mapping[str, object]


def write_archive(path: Path, images: Iterable[BuiltImage]) -> None:
    """All of them in one file."""
    manifest: list[dict[str, object]] = []
    with tarfile.open(path, mode="w") as archive:
        for image in images:
            digest = hashlib.file_digest(image.layer, "sha256").hexdigest()  # type: ignore[arg-type]
            config = {
                "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
                "os": "linux",
                "config": image.config,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
            }
            raw = json.dumps(config).encode()
            name = f"{hashlib.sha256(raw).hexdigest()}.json"
            _add(archive, f"{digest}.tar", image.layer)
            _add(archive, name, io.BytesIO(raw))
            manifest.append({"Config": name, "RepoTags": [image.name], "Layers": [f"{digest}.tar"]})
        _add(archive, "manifest.json", io.BytesIO(json.dumps(manifest).encode()))


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, io.SEEK_END)
    content.seek(0)
    archive.addfile(entry, content)
