"""The cluster's images, made here: no registry is asked."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from deploy.archives import BuiltImage, write_archive
from deploy.demo.engine import static_busybox

BUSYBOX, NO_TAR, NO_SHELL, PAUSE = "cdebug/busybox:1", "cdebug/no-tar:1", "cdebug/no-shell:1", "cdebug/pause:1"
_PASSWD = b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/srv:/bin/sh\n"
_FOLDERS = ("bin", "etc", "tmp", "root", "var", "srv", "proc", "dev", "sys")


def write_images(path: Path, pause: Path) -> None:
    """All images in one archive. Raises Missing where there is no static busybox."""
    busybox = static_busybox()
    listed = subprocess.run([str(busybox), "--list"], capture_output=True, text=True, check=True).stdout.split()
    applets = [applet for applet in listed if applet != "busybox"]
    without_tar = [applet for applet in applets if applet != "tar"]
    images = [
        _image(BUSYBOX, {"bin/busybox": busybox}, applets, "/bin/sh"),
        _image(NO_TAR, {"bin/busybox": busybox}, without_tar, "/bin/sh"),
        # busybox is what its name says: called `sleep` it can do nothing else
        _image(NO_SHELL, {"bin/sleep": busybox}, (), "/bin/sleep", "1000000000"),
        _image(PAUSE, {"pause": pause}, (), "/pause"),
    ]
    write_archive(path, images)


def _image(name: str, programs: dict[str, Path], applets: Iterable[str], *command: str) -> BuiltImage:
    return BuiltImage(name, _layer(programs, applets), {"Env": ["PATH=/bin"], "Cmd": command})


def _layer(programs: dict[str, Path], applets: Iterable[str]) -> io.BytesIO:
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
    raw.seek(0)
    return raw


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
