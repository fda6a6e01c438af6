"""The cluster's images, made here: no registry is asked."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from deploy.demo.engine import static_busybox

BUSYBOX, NO_TAR, NO_SHELL, PAUSE = "cdebug/busybox:1", "cdebug/no-tar:1", "cdebug/no-shell:1", "cdebug/pause:1"
_PASSWD = b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/srv:/bin/sh\n"
_FOLDERS = ("bin", "etc", "tmp", "root", "var", "srv", "proc", "dev", "sys")


def write_archive(path: Path, pause: Path) -> None:
    """All images in one archive, as `ctr images import` and `docker load` read it.

    Raises Missing where there is no static busybox.
    """
    busybox = static_busybox()
    listed = subprocess.run([str(busybox), "--list"], capture_output=True, text=True, check=True).stdout.split()
    applets = [applet for applet in listed if applet != "busybox"]
    without_tar = [applet for applet in applets if applet != "tar"]
    images = {
        BUSYBOX: (_layer({"bin/busybox": busybox}, applets), ["/bin/sh"]),
        NO_TAR: (_layer({"bin/busybox": busybox}, without_tar), ["/bin/sh"]),
        # busybox is what its name says: called `sleep` it can do nothing else
        NO_SHELL: (_layer({"bin/sleep": busybox}, ()), ["/bin/sleep", "1000000000"]),
        PAUSE: (_layer({"pause": pause}, ()), ["/pause"]),
    }
    manifest: list[dict[str, object]] = []
    files: dict[str, bytes] = {}
    for name, (layer, command) in images.items():
        digest = hashlib.sha256(layer).hexdigest()
        config = {
            "architecture": "amd64" if _machine() == "x86_64" else "arm64",
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Cmd": command},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
        raw = json.dumps(config).encode()
        config_name = f"{hashlib.sha256(raw).hexdigest()}.json"
        files |= {f"{digest}.tar": layer, config_name: raw}
        manifest.append({"Config": config_name, "RepoTags": [name], "Layers": [f"{digest}.tar"]})
    files["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(path, mode="w") as archive:
        for file, content in files.items():
            _add(archive, file, content)


def _machine() -> str:
    return subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()


def _layer(programs: dict[str, Path], applets: Iterable[str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as layer:
        for folder in _FOLDERS:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            layer.addfile(entry)
        for name, program in programs.items():
            _add(layer, name, program.read_bytes(), mode=0o755)
        for applet in applets:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            layer.addfile(link)
        _add(layer, "etc/passwd", _PASSWD)
    return raw.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
